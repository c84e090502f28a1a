"""A small world with buyers, scouts and an operator: stories told in it step by step, on a clock of their own."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from bounties import drafts, operations
from bounties.models import Award, Bounty, Claim, Slot, Submission
from bounties.places import Place
from bounties.sweeps import sweep_everything
from bounties.verdicts import Outcome, Reason, Reviewer, Verdict
from market.accounts.models import Account, Operator, Scout, User
from market.events.models import Event
from market.ids import new_id
from market.ledger import invariants, queries, rules
from market.ledger.operations import post
from market.ledger.postings import AccountKind, AccountRef, Book

BEGIN = datetime(2026, 3, 14, 12, tzinfo=UTC)
DOLLAR = 1_000_000
TEST = Book("test")
BAKERY = Place(52.52, 13.405)
NEARBY = Place(52.521, 13.406)  # 130 m away

ACCEPTED = Verdict(Outcome.ACCEPT)
REVIEW = Verdict(Outcome.REVIEW, (Reason("content", "Somebody has to look.", "Please look."),))
OPERATORS_REVIEW = Verdict(Outcome.REVIEW, REVIEW.reasons, reviewer=Reviewer.OPERATOR)
DOUBTED = Verdict(Outcome.REVIEW, REVIEW.reasons, reviewer=Reviewer.OPERATOR, silence_pays=False)
REJECTED = Verdict(Outcome.REJECT, (Reason("geofence", "You were 2 km away.", "It was captured 2 km away."),))
BLURRED = Verdict(
    Outcome.REJECT, (Reason("picture_quality", "It is blurred.", "The picture is blurred."),), retake=True
)


def body(at: datetime, **changes: Any) -> dict[str, Any]:
    """What an agent sends."""
    return {
        "title": "Is the bakery open?",
        "questions": ["Is the bakery on the corner open right now?"],
        "criteria": ["The shop front is visible"],
        "place": {"lat": 52.52, "lng": 13.405, "radius_m": 60},
        "window": {"opens_at": at.isoformat(), "closes_at": (at + timedelta(hours=6)).isoformat()},
        "reward": "2.50",
        **changes,
    }


@dataclass
class Story:
    at: datetime = BEGIN
    buyer: Account = field(init=False)
    other_buyer: Account = field(init=False)
    scout: Account = field(init=False)
    other_scout: Account = field(init=False)
    operator: Operator = field(init=False)

    def __post_init__(self) -> None:
        self.buyer, self.other_buyer = self.new_buyer(), self.new_buyer()
        self.scout, self.other_scout = self.new_scout(), self.new_scout()
        self.operator = Operator.objects.create(user=self._person())

    # --- people ---

    def _person(self) -> User:
        return User.objects.create_user(f"{new_id()}@example.com")

    def new_buyer(self, *, dollars: int = 1_000) -> Account:
        buyer = Account.objects.create(kind="agent", mode="test")
        if dollars:
            grant = rules.faucet(book=TEST, agent_id=buyer.id, grant_id=new_id(), amount_micros=dollars * DOLLAR)
            post([grant], at=self.at)
        return buyer

    def new_scout(self, *, mode: str = "test") -> Account:
        account = Account.objects.create(kind="scout", mode=mode)
        Scout.objects.create(account=account, user=self._person(), mode=mode)
        return account

    # --- steps ---

    def post(self, buyer: Account | None = None, **changes: Any) -> Bounty:
        buyer = buyer or self.buyer
        draft = drafts.read(body(buyer.time_of(self.at), **changes), at=buyer.time_of(self.at))
        return operations.post(buyer=buyer, draft=draft, at=self.at)

    def claim(self, bounty: Bounty, scout: Account | None = None, location: Place = NEARBY) -> Claim:
        return operations.claim(scout=scout or self.scout, bounty_id=bounty.id, location=location, at=self.at)

    def submit(self, claim: Claim, *, captured_at: datetime | None = None, **changes: Any) -> Submission:
        said = {"answers": [{"question_id": "q1", "value": "Yes, it is."}], **changes}
        hand_in = operations.HandIn(capture_id=new_id(), captured_at=captured_at or self.at, **said)
        return operations.submit(scout=claim.scout, claim_id=claim.id, hand_in=hand_in, at=self.at)

    def judge(self, submission: Submission, verdict: Verdict = ACCEPTED) -> Submission:
        return operations.record_verdict(submission_id=submission.id, verdict=verdict, at=self.at)

    def handed_in(self, bounty: Bounty, verdict: Verdict, scout: Account | None = None, **changes: Any) -> Submission:
        """Claimed, captured and judged, at one moment."""
        return self.judge(self.submit(self.claim(bounty, scout), **changes), verdict)

    def wait(self, **lengths: float) -> None:
        """Time passes, and the sweeps find out."""
        self.at += timedelta(**lengths)
        sweep_everything(at=self.at)

    # --- looking ---

    def available(self, buyer: Account | None = None) -> int:
        return queries.agent_balance(TEST, (buyer or self.buyer).id).available_micros

    def held(self, bounty: Bounty) -> int:
        return queries.balance(rules.bounty_held(TEST, bounty.buyer_id, bounty.id))

    def earned(self, scout: Account | None = None) -> tuple[int, int]:
        """Pending and available."""
        balance = queries.scout_balance(TEST, (scout or self.scout).id)
        return balance.pending_micros, balance.available_micros

    def house(self, kind: AccountKind) -> int:
        return queries.balance(AccountRef(TEST, kind))

    def told(self, account: Account, since: int = 0) -> list[str]:
        """The types of the events in an account's feed, the oldest first."""
        feed = Event.objects.filter(account=account, position__gt=since).order_by("position")
        return list(feed.values_list("type", flat=True))

    def slot_states(self, bounty: Bounty) -> list[str]:
        return list(Slot.objects.filter(bounty=bounty).order_by("number").values_list("state", flat=True))


def check_always(story: Story) -> None:
    """What must hold at the end of every story, whatever happened in it."""
    assert invariants.faults() == []
    for bounty in Bounty.objects.all():
        slots = list(Slot.objects.filter(bounty=bounty).values_list("state", flat=True))
        assert bounty.free_slots == slots.count("open")
        assert bounty.unfinished_slots == len([each for each in slots if each not in ("filled", "returned")])
        held = story.held(bounty)
        assert held == bounty.unfinished_slots * (bounty.reward_micros + bounty.fee_micros)
        assert bounty.ended_at is None or held == 0
    _check_once(list(Claim.objects.filter(state="live").values_list("slot_id", flat=True)))
    _check_once(list(Submission.objects.filter(state="accepted").values_list("slot_id", flat=True)))
    _check_once(list(Award.objects.exclude(state="reversed").values_list("submission__claim_id", flat=True)))


def _check_once(ids: list[UUID]) -> None:
    assert len(ids) == len(set(ids))
