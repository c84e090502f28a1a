"""The exchange and the model side by side: each act is done in both, and both have to say the same."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from structlog.testing import capture_logs

from bounties import drafts, operations, sweeps
from bounties.models import Bounty, Slot
from bounties.verdicts import Outcome, Reason, Reviewer, Verdict
from market.accounts.audit import CONSOLE
from market.accounts.models import Account, Operator, Scout, User
from market.accounts.operations.clocks import advance_clock
from market.accounts.operations.keys import issue_key
from market.errors import DomainError
from market.ids import new_id
from market.ledger import operations as ledger
from market.ledger import rules
from market.ledger.operations import Spender
from market.ledger.policies import SpendingLimits
from market.ledger.postings import Book
from market.payments import operations as payments
from market.payments.play_money import grant
from tests.simulation import acts, checks, passing
from tests.simulation import model as simple
from tests.simulation.model import Model, Refused

BEGIN = datetime(2026, 3, 14, 12, tzinfo=UTC)
T = TypeVar("T")

_SWEEPS = {sweep.name: sweep for sweep in sweeps.SWEEPS}


class Stage:
    """People, bounties and a clock, begun anew for every story."""

    def __init__(self) -> None:
        self.at = BEGIN
        self.steps = 0
        self.model = Model(self.at)
        self.position = int(checks.ask("SELECT coalesce(max(position), 0) FROM events_event")[0][0])
        self.clocks: dict[UUID, datetime] = {}
        self.repeatable: list[Callable[[], object]] = []
        self.refused: Counter[str] = Counter()
        # The last of each is in earnest, the others play. The second buyer posts without a key.
        self.buyers = [self._account("agent", mode) for mode in ("test", "test", "live")]
        self.scouts = [self._account("scout", mode) for mode in ("test", "test", "test", "live")]
        self.operator = Operator.objects.create(user=_person())
        for buyer, dollars in zip(self.buyers, (900, 40, 200), strict=True):
            self.grant(buyer, dollars * 1_000_000)
        for buyer in (self.buyers[0], self.buyers[-1]):
            key = issue_key(account_id=buyer.id, by=CONSOLE, at=self.at).key
            self.model.keys[buyer.id] = simple.Key(key.id, key.purse_id)

    def _account(self, kind: str, mode: str) -> Account:
        account = Account.objects.create(kind=kind, mode=mode)
        if kind == "scout":
            Scout.objects.create(account=account, user=_person(), mode=mode)
        self.model.ahead[account.id], self.model.modes[account.id] = timedelta(), mode
        return account

    def spender(self, buyer: Account) -> Spender | None:
        """As the agents' door makes it of the key it was shown."""
        key = self.model.keys.get(buyer.id)
        if key is None:
            return None
        return Spender(key.id, SpendingLimits(*(key.limits[each] for each in ("call", "day", "month"))), key.purse)

    def grant(self, buyer: Account, micros: int) -> None:
        grant_id, source = new_id(), "faucet" if buyer.mode == "test" else "stripe_clearing"
        topped_up = rules.top_up(book=Book("live"), agent_id=buyer.id, payment=f"pi_{grant_id}", amount_micros=micros)

        def real() -> object:
            if buyer.mode == "live":
                return ledger.post([topped_up], at=self.at)
            return grant(agent=buyer, amount_micros=micros, grant_id=grant_id, at=self.at)

        self.do(
            real,
            lambda _: self.model.move(micros, simple.house(source, buyer.mode), ("agent_available", buyer.id)),
            repeatable=True,
        )

    # --- acting ---

    def tick(self, length: timedelta = timedelta(seconds=1)) -> None:
        """No two things happen at the same moment."""
        self.at += length
        self.model.at = self.at

    def do(
        self, real: Callable[[], T], predicted: Callable[[T | None], object], *, repeatable: bool = False
    ) -> T | None:
        """Act in both. `predicted` is handed what the exchange answered, None where it refused."""
        self.tick()
        before = checks.traces()
        try:
            done, refusal = real(), None
        except DomainError as error:
            done, refusal = None, error.code
            self.refused[error.code] += 1
        try:
            predicted(done)
            expected = None
        except Refused as refused:
            expected = refused.code
        assert refusal == expected, f"the exchange refuses with {refusal}, the model with {expected}"
        if refusal is not None:
            assert checks.traces() == before, f"refused with {refusal}, and left something behind"
        elif repeatable:
            self.repeatable.append(real)
            self.repeat(real)
        return done

    def repeat(self, real: Callable[[], object]) -> None:
        """Sent again, by a client that heard no answer."""
        self.tick()
        self.change_nothing(real)

    def forbid(self, real: Callable[[], object]) -> None:
        """Somebody tries what is not theirs to do."""
        self.tick()
        before = checks.traces()
        try:
            real()
        except DomainError:
            assert checks.traces() == before
            return
        raise AssertionError("this was not refused")

    def change_nothing(self, real: Callable[[], object]) -> None:
        before = checks.traces()
        with suppress(DomainError):  # that it is no longer possible is an answer too
            real()
        assert checks.traces() == before, "repeated, it changed something"

    def check(self) -> None:
        checks.check_deferred()
        checks.check_against(self.model)
        checks.check_promises()
        self.position = checks.check_feed(
            since=self.position,
            buyers=[each.id for each in self.buyers],
            scouts=[each.id for each in self.scouts],
            clocks=self.clocks,
        )

    # --- time ---

    def move_clock(self, account: Account, by: timedelta) -> None:
        self.tick()
        advance_clock(account_id=account.id, by=by, at=self.at)
        account.refresh_from_db()
        self.model.ahead[account.id] += by

    def sweep(self, kind: str) -> None:
        self._sweep(lambda: _SWEEPS[kind](at=self.at))
        passing.sweep(self.model, kind, first=self._accepted())

    def sweep_everything(self) -> None:
        self._sweep(lambda: sweeps.sweep_everything(at=self.at))
        passing.sweep_everything(self.model, first=self._accepted())

    def _sweep(self, sweep: Callable[[], int]) -> None:
        # A sweep goes on after what it could not do, and says so in the log alone.
        with capture_logs() as logs:
            sweep()
        assert [each for each in logs if each["log_level"] in ("error", "critical")] == []

    def _accepted(self) -> set[UUID]:
        return {row[0] for row in checks.ask("SELECT id FROM bounties_submission WHERE state = 'accepted'")}

    def finish(self) -> None:
        """Everybody goes home, and time does the rest: every bounty ends and every micro is somewhere."""
        for submission in [each for each in self.model.submissions if not each.judged]:
            self.record_verdict(submission, "review", retake=False, reviewer="operator")
        for days in (1, 2, 8, 8, 90, 8, 8):
            self.tick(timedelta(days=days))
            self.sweep_everything()
            self.check()
        for _ in range(2):  # sent, and arrived
            self.tick(timedelta(minutes=1))
            for payout in self.model.payouts:
                self.send_payout(payout)
        self.check()
        money = self.model.money
        assert all(bounty.state in acts.ENDS for bounty in self.model.bounties)
        assert all(each.award.state in ("settled", "reversed") for each in self.model.submissions if each.award)
        assert not [key for key, micros in money.items() if micros and key[0] in _EMPTY_AT_THE_END]
        assert sum(money.values()) == 0

    # --- acts that need more than a line ---

    def post(self, buyer: Account, *, doubtful: bool, opens_in: timedelta, lasts: timedelta, **wishes: Any) -> None:
        now = buyer.time_of(self.at)
        title = "Is the embassy open?" if doubtful else "Is the bakery open?"
        opens_at = now + opens_in
        body = {
            "title": title,
            "questions": ["Is it open right now?"],
            "place": {"lat": 52.52, "lng": 13.405, "radius_m": 300},
            "window": {"opens_at": opens_at.isoformat(), "closes_at": (opens_at + lasts).isoformat()},
            "private_note": checks.PRIVATE,
            **wishes,
        }
        draft = drafts.read(body, at=now)

        def predicted(made: Bounty | None) -> None:
            bounty = simple.Bounty(
                id=made.id if made else UUID(int=0),
                buyer=buyer.id,
                state="screening" if doubtful else "open",
                count=draft.slots,
                reward=draft.reward_micros,
                blocked=draft.blocked_reward_micros,
                review=draft.review,
                review_hours=draft.review_hours,
                distinct=draft.distinct_scouts,
                opens_at=draft.opens_at,
                closes_at=draft.closes_at,
                due_at=draft.closes_at,
                least_reputation=draft.least_reputation,
                key=self.model.keys.get(buyer.id),
            )
            acts.post(self.model, bounty)
            self.see_slots(bounty)

        spender = self.spender(buyer)
        self.do(lambda: operations.post(buyer=buyer, draft=draft, at=self.at, spender=spender), predicted)

    def see_slots(self, bounty: simple.Bounty) -> None:
        """The ids of the slots are the exchange's to give."""
        if bounty.opened and not bounty.slots:
            rows = Slot.objects.filter(bounty_id=bounty.id).order_by("number").values_list("id", "number")
            bounty.slots = [simple.Slot(id_, number, bounty) for id_, number in rows]
            assert [slot.number for slot in bounty.slots] == list(range(1, bounty.count + 1))

    def record_verdict(self, submission: simple.Submission, outcome: str, *, retake: bool, reviewer: str) -> None:
        """`reviewer`: of "doubter", our staff, and nobody's silence pays."""
        reasons = () if outcome == "accept" else (Reason("content", "Look again.", "Look at it."),)
        silence_pays = reviewer != "doubter" or outcome == "accept"
        reviewer = "operator" if reviewer == "doubter" else reviewer
        verdict = Verdict(
            Outcome(outcome), reasons, retake=retake, reviewer=Reviewer(reviewer), silence_pays=silence_pays
        )
        self.do(
            lambda: operations.record_verdict(submission_id=submission.id, verdict=verdict, at=self.at),
            lambda _: acts.record_verdict(
                self.model, submission, outcome, retake=retake, reviewer=reviewer, silence_pays=silence_pays
            ),
            repeatable=True,
        )

    def send_payout(self, payout: simple.Payout) -> None:
        self.do(
            lambda: payments.send_payout(payout_id=payout.id, at=self.at),
            lambda _: acts.send_payout(self.model, payout),
        )


_EMPTY_AT_THE_END = ("bounty_held", "scout_pending", "payout_in_flight")


def _person() -> User:
    return User.objects.create(email=f"{new_id()}{checks.MAIL}")
