"""The exchange in memory: the things, their states and the money, and what a decision does to them.

The same rules said a second time, simple where the operations are quick. What each actor may do stands in `acts.py`.
Nothing here knows the database: ids are handed in.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

HOUR = timedelta(hours=1)
APPEAL_WINDOW = 48 * HOUR
RUNNING_DISPUTES = ("open", "answered")
PAID = ("accepted", "compensated")
ENDED_SLOTS = ("filled", "returned")
COUNTING_CLAIMS = ("live", "submitted", "fulfilled")
LIVE_CLAIMS_PER_SCOUT = 5


class Refused(Exception):
    """The model says that this must be refused, and with which code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(eq=False)
class Key:
    """Of a buyer's program. Keys that spend together have one purse."""

    id: UUID
    purse: UUID
    limits: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(("call", "day", "month")))
    ends_at: datetime | None = None


@dataclass(eq=False)
class Bounty:
    id: UUID
    buyer: UUID
    state: str
    count: int
    reward: int
    blocked: int
    review: str
    review_hours: int
    distinct: bool
    opens_at: datetime
    closes_at: datetime
    due_at: datetime | None
    least_reputation: int = 0
    key: Key | None = None  # it was posted with
    opened: bool = False
    closing_as: str = ""
    slots: list["Slot"] = field(default_factory=list)
    claims: list["Claim"] = field(default_factory=list)

    def slot(self, id_: UUID) -> "Slot":
        return next(slot for slot in self.slots if slot.id == id_)

    @property
    def fee(self) -> int:
        return fee_on(self.reward)

    @property
    def total(self) -> int:
        return self.reward + self.fee

    @property
    def unfinished(self) -> int:
        return sum(slot.state not in ENDED_SLOTS for slot in self.slots)

    @property
    def free(self) -> int:
        return sum(slot.state == "open" for slot in self.slots)


@dataclass(eq=False)
class Slot:
    id: UUID
    number: int
    bounty: Bounty
    state: str = "open"
    owed_until: datetime | None = None


@dataclass(eq=False)
class Claim:
    id: UUID
    slot: Slot
    scout: UUID
    claimed_at: datetime
    expires_at: datetime
    upload_by: datetime
    state: str = "live"
    extended: bool = False
    on_site: bool = False
    submissions: list["Submission"] = field(default_factory=list)

    @property
    def bounty(self) -> Bounty:
        return self.slot.bounty

    @property
    def award(self) -> "Award | None":
        return next((each.award for each in self.submissions if each.award), None)


@dataclass(eq=False)
class Submission:
    id: UUID
    capture_id: UUID
    claim: Claim
    slot: Slot
    blocked: bool
    state: str = "verifying"
    judged: bool = False
    silence_pays: bool = True
    because: str = ""
    reviewer: str = ""
    review_due_at: datetime | None = None
    decided_by: str = ""
    appeal_by: datetime | None = None
    award: "Award | None" = None
    disputes: "dict[str, Dispute]" = field(default_factory=dict)

    @property
    def bounty(self) -> Bounty:
        return self.slot.bounty

    @property
    def contested(self) -> bool:
        return any(each.state in RUNNING_DISPUTES for each in self.disputes.values())


@dataclass(eq=False)
class Award:
    submission: Submission
    source: str
    amount: int
    fee: int
    settles_at: datetime
    state: str = "pending"

    @property
    def id(self) -> UUID:
        return self.submission.id


@dataclass(eq=False)
class Dispute:
    id: UUID
    submission: Submission
    opened_by: str
    rule_by: datetime
    state: str = "open"
    ruling: str = ""
    written: Counter[str] = field(default_factory=Counter)


@dataclass(eq=False)
class Report:
    id: UUID
    bounty: Bounty
    scout: UUID
    at: datetime
    state: str = "open"


@dataclass(eq=False)
class Payout:
    id: UUID
    scout: UUID
    amount: int
    state: str = "requested"
    sending_at: datetime | None = None


def fee_on(amount: int) -> int:
    """Ten per cent, rounded up to a micro."""
    return -(-amount * 1_000 // 10_000)


def dispute_window(amount: int) -> timedelta:
    return 24 * HOUR if amount < 5_000_000 else 72 * HOUR if amount < 100_000_000 else 168 * HOUR


def house(kind: str, mode: str) -> tuple[str, UUID | None]:
    return f"{kind} ({mode})", None


@dataclass
class Model:
    at: datetime
    ahead: dict[UUID, timedelta] = field(default_factory=dict)
    modes: dict[UUID, str] = field(default_factory=dict)
    keys: dict[UUID, Key] = field(default_factory=dict)  # a buyer's newest; who has none posts without
    bounties: list[Bounty] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    payouts: list[Payout] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    # By (kind of ledger account, owner); the house's accounts have no owner, and their mode in the kind.
    money: Counter[tuple[str, UUID | None]] = field(default_factory=Counter)
    spent: Counter[tuple[UUID, date]] = field(default_factory=Counter)  # by purse and day

    # --- time and money ---

    def time_of(self, account: UUID) -> datetime:
        return self.at + self.ahead[account]

    def now(self, bounty: Bounty) -> datetime:
        return self.time_of(bounty.buyer)

    def move(self, amount: int, source: tuple[str, UUID | None], to: tuple[str, UUID | None]) -> None:
        self.money[source] -= amount
        self.money[to] += amount

    def house(self, kind: str, bounty: Bounty) -> tuple[str, UUID | None]:
        return house(kind, self.modes[bounty.buyer])

    # --- what every change of a bounty ends in ---

    def open(self, bounty: Bounty, key: Key | None) -> None:
        """Or refused, for there is too little, or the key may not spend so much."""
        cost = bounty.total * bounty.count
        if self.money["agent_available", bounty.buyer] < cost:
            raise Refused("insufficient_funds")
        if key is not None:
            self._spend(key, cost)
        bounty.state, bounty.opened, bounty.due_at = "open", True, bounty.closes_at
        self.move(cost, ("agent_available", bounty.buyer), ("bounty_held", bounty.buyer))

    def _spend(self, key: Key, cost: int) -> None:
        """Days and months are the calendar's, whatever clock the buyer has."""
        today = self.at.date()
        month = [each for each in self.spent if each[0] == key.purse and each[1].month == today.month]
        so_far = {
            "call": 0,
            "day": self.spent[key.purse, today],
            "month": sum(self.spent[each] for each in month if each[1].year == today.year),
        }
        if any(limit is not None and so_far[window] + cost > limit for window, limit in key.limits.items()):
            raise Refused("spending_limit_reached")
        self.spent[key.purse, today] += cost

    def record(self, bounty: Bounty) -> None:
        if bounty.state == "closing":
            self._return_unneeded(bounty)
        if bounty.unfinished == 0 and bounty.state in ("open", "closing"):
            filled = sum(slot.state == "filled" for slot in bounty.slots)
            bounty.state = "completed" if filled == bounty.count else bounty.closing_as
            bounty.due_at = None

    def _return_unneeded(self, bounty: Bounty) -> None:
        contested = {
            each.submission.slot
            for each in self.disputes
            if each.state in RUNNING_DISPUTES and each.submission.state != "accepted"
        }
        waiting = []
        for slot in bounty.slots:
            if slot.state != "open" or slot in contested:
                continue
            if slot.owed_until is not None and slot.owed_until > self.now(bounty):
                waiting.append(slot.owed_until)
                continue
            slot.state = "returned"
            self.move(bounty.total, ("bounty_held", bounty.buyer), ("agent_available", bounty.buyer))
        bounty.due_at = min(waiting, default=None)

    def seat(self, slot: Slot) -> None:
        """Put a slot where its claims and submissions say it is."""
        if slot.state in ENDED_SLOTS:
            return
        if any(claim.slot is slot and claim.state == "live" for claim in slot.bounty.claims):
            slot.state = "claimed"
        elif any(each.slot is slot and each.state in ("verifying", "in_review") for each in self.submissions):
            slot.state = "judging"
        else:
            slot.state = "open"

    def owe(self, slot: Slot, until: datetime) -> None:
        slot.owed_until = max(slot.owed_until or until, until)

    # --- what a decision does ---

    def accept(self, submission: Submission, by: str) -> None:
        slot, bounty, claim = submission.slot, submission.bounty, submission.claim
        if slot.state in ENDED_SLOTS:
            self.set_aside(submission, "slot_filled")
            return
        self._decide(submission, "accepted", by)
        amount = bounty.blocked if submission.blocked else bounty.reward
        fee = fee_on(amount)
        window = timedelta() if by == "ruling" else dispute_window(amount)
        submission.award = Award(submission, "hold", amount, fee, self.now(bounty) + window)
        held = ("bounty_held", bounty.buyer)
        self.move(amount, held, ("scout_pending", claim.scout))
        self.move(fee, held, self.house("platform_fee", bounty))
        self.move(bounty.total - amount - fee, held, ("agent_available", bounty.buyer))
        slot.state = "filled"
        if claim.state == "submitted":
            claim.state = "fulfilled"
        for other in bounty.claims:
            if other.slot is slot and other.state == "live":
                other.state = "ended"
        for each in self.submissions:
            if each.slot is slot and each.state in ("verifying", "in_review"):
                self.set_aside(each, "slot_filled")
        self._end_other_tries(submission)
        if by == "ruling":
            self.settle(submission.award)

    def compensate(self, submission: Submission) -> None:
        bounty = submission.bounty
        submission.state, submission.decided_by = "compensated", "ruling"
        amount = bounty.blocked if submission.blocked else bounty.reward
        submission.award = Award(submission, "house", amount, 0, self.now(bounty))
        self.move(amount, self.house("dispute_loss", bounty), ("scout_pending", submission.claim.scout))
        self._end_other_tries(submission)
        self.settle(submission.award)

    def reject(self, submission: Submission, by: str, *, retake: bool) -> None:
        claim, now = submission.claim, self.now(submission.bounty)
        self._decide(submission, "rejected", by)
        submission.appeal_by = now if by == "ruling" else now + APPEAL_WINDOW
        if claim.state == "submitted":
            tries_left = len(claim.submissions) < 3
            seated = self.live_claims_of(claim.scout) < LIVE_CLAIMS_PER_SCOUT
            claim.state = "live" if retake and now < claim.expires_at and tries_left and seated else "failed"
        self.owe(submission.slot, submission.appeal_by)
        self.seat(submission.slot)

    def set_aside(self, submission: Submission, because: str) -> None:
        self._decide(submission, "set_aside", "rule")
        submission.because = because
        submission.appeal_by = self.now(submission.bounty) + APPEAL_WINDOW
        if submission.claim.state == "submitted":
            submission.claim.state = "failed"

    def settle(self, award: Award) -> None:
        award.state = "settled"
        scout = award.submission.claim.scout
        self.move(award.amount, ("scout_pending", scout), ("scout_available", scout))

    def reverse(self, award: Award) -> None:
        award.state = "reversed"
        submission = award.submission
        agent = ("agent_available", submission.bounty.buyer)
        self.move(award.amount, ("scout_pending", submission.claim.scout), agent)
        self.move(award.fee, self.house("platform_fee", submission.bounty), agent)

    def send_to_review(self, submission: Submission, reviewer: str) -> None:
        hours = submission.bounty.review_hours if reviewer == "buyer" else 24
        submission.state, submission.reviewer = "in_review", reviewer
        submission.review_due_at = self.now(submission.bounty) + hours * HOUR

    def reputation(self, scout: UUID) -> int:
        """The same rule in other words: good ones, bad ones at four quarters and lapsed ones at one, after four."""
        theirs = [each for each in self.claims if each.scout == scout]
        tries = [each for claim in theirs for each in claim.submissions]
        good = sum(each.state in PAID for each in tries)
        bad = sum(each.state == "rejected" and each.claim.state == "failed" for each in tries)
        lapsed = sum(each.state == "expired" and not each.submissions for each in theirs)
        return 400 * (good + 2) // (4 * (good + bad + 4) + lapsed)

    def live_claims_of(self, scout: UUID) -> int:
        return sum(each.scout == scout and each.state == "live" for each in self.claims)

    def answered(self, bounty: Bounty, scout: UUID, *, besides: Claim | None = None) -> bool:
        """By another claim, with something that is judged, or good, or made good by a ruling."""
        theirs = [each for each in bounty.claims if each.scout == scout and each is not besides]
        accepted = any(each.state == "accepted" for claim in theirs for each in claim.submissions)
        return accepted or any(claim.state in ("submitted", "fulfilled") for claim in theirs)

    def end_newer(self, claim: Claim) -> None:
        for newer in claim.bounty.claims:
            if newer.scout == claim.scout and newer is not claim and newer.state == "live":
                newer.state = "ended"
                self.seat(newer.slot)

    def _decide(self, submission: Submission, state: str, by: str) -> None:
        submission.state, submission.decided_by = state, by
        submission.reviewer, submission.review_due_at = "", None

    def _end_other_tries(self, paid: Submission) -> None:
        """One claim is paid once: its other tries, and what is contested about them, are for nothing."""
        for other in paid.claim.submissions:
            if other.state in ("verifying", "in_review"):
                self.set_aside(other, "slot_filled")
                self.seat(other.slot)
            for dispute in other.disputes.values():
                if other is not paid and dispute.state in RUNNING_DISPUTES:
                    dispute.state = "withdrawn"
