"""Random people at random moments, one act after the other, in the exchange and in the model beside it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bounties import operations
from bounties.models import Submission
from bounties.places import Place
from bounties.policies.disputes import Ruling
from bounties.policies.grounds import REJECTION
from market.accounts.models import Account
from market.ids import new_id
from market.payments import operations as payments
from market.payments.orders import Failed
from tests.simulation import acts, model
from tests.simulation.model import RUNNING_DISPUTES
from tests.simulation.stage import Stage

T = TypeVar("T")
NEARBY = (Place(52.52, 13.405), Place(52.5215, 13.406), Place(52.53, 13.42))
ANY = st.integers(0, 11)
_THE_WRONG_ONE = 8  # of those, who is the live scout among all of them
# Mostly short: after a long time there is nothing left to happen.
SHORT = [timedelta(minutes=each) for each in (1, 11, 31, 125)]
LONG = [timedelta(hours=each) for each in (5, 9, 23, 25, 49, 73, 169)]
LENGTH = st.sampled_from([*SHORT * 6, *LONG])

HAND_IN = st.fixed_dictionaries(
    {
        "ago": st.sampled_from([timedelta(), timedelta(), timedelta(hours=2), timedelta(hours=26)]),
        "blocked": st.sampled_from(["", "", "", "not_there", "no_access"]),
    }
)
WISHES = st.fixed_dictionaries(
    {
        "slots": st.sampled_from([1, 2, 2, 4]),
        "reward": st.sampled_from(["0.05", "0.333333", "2.50", "5.00", "19.999999"]),
        "blocked_reward": st.sampled_from([None, "0.01", "0.05"]),
        "review": st.sampled_from(["auto", "buyer"]),
        "review_hours": st.sampled_from([1, 24, 50]),
        "distinct_scouts": st.booleans(),
        "least_reputation": st.sampled_from([0, 0, 0, 0, 0, 50, 51]),
        "doubtful": st.sampled_from([False, False, False, False, True]),
        "opens_in": st.sampled_from(
            [timedelta(), timedelta(), timedelta(), timedelta(minutes=40), timedelta(hours=30)]
        ),
        "lasts": st.sampled_from([timedelta(minutes=50), *LONG]),
    }
)


def pick(things: Sequence[T], number: int) -> T:
    """The newest first: there is more to happen with them."""
    return things[-1 - number % len(things)]


def there_is(what: Callable[["Exchange"], object]) -> Any:
    return precondition(lambda self: bool(what(self)))


class Exchange(RuleBasedStateMachine):
    happened: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        # Taken back at the end, so that every story begins with an empty house.
        self.story = transaction.atomic()
        self.story.__enter__()
        self.stage = Stage()
        self.model = self.stage.model
        self.checked = False

    def teardown(self) -> None:
        try:
            if self.checked:
                self.stage.finish()
                self._count()
        finally:
            transaction.set_rollback(True)
            self.story.__exit__(None, None, None)

    @invariant()
    def always(self) -> None:
        self.checked = False
        self.stage.check()
        self.stage.steps += 1
        self.checked = True

    def _count(self) -> None:
        """So that one sees that stories are about something."""
        self.happened["stories"] += 1
        self.happened["steps"] += self.stage.steps
        self.happened.update(f"bounty {each.state}" for each in self.model.bounties)
        self.happened.update(f"submission {each.state}" for each in self.model.submissions)
        self.happened.update(f"claim {each.state}" for each in self.model.claims)
        self.happened.update(f"{each.opened_by}'s dispute {each.ruling or each.state}" for each in self.model.disputes)
        self.happened.update(f"payout {each.state}" for each in self.model.payouts)
        self.happened.update(f"report {each.state}" for each in self.model.reports)
        self.happened.update({f"refused: {code}": times for code, times in self.stage.refused.items()})

    # --- who and what ---

    def account(self, id_: object) -> Account:
        return next(each for each in (*self.stage.buyers, *self.stage.scouts) if each.id == id_)

    def scout_for(self, bounty: model.Bounty, who: int) -> Account:
        """Now and then one of the other mode, for whom it is not there."""
        mode = self.model.modes[bounty.buyer]
        return pick([each for each in self.stage.scouts if each.mode == mode or who == _THE_WRONG_ONE], who)

    def running(self) -> list[model.Bounty]:
        return [each for each in self.model.bounties if each.state not in acts.ENDS]

    def on_offer(self) -> list[model.Bounty]:
        return [each for each in self.model.bounties if each.state == "open" and each.free]

    def live(self) -> list[model.Claim]:
        return [each for each in self.model.claims if each.state == "live"]

    def in_review(self) -> list[model.Submission]:
        return [each for each in self.model.submissions if each.state == "in_review"]

    def disputes_running(self) -> list[model.Dispute]:
        return [each for each in self.model.disputes if each.state in RUNNING_DISPUTES]

    def unheard(self) -> list[model.Submission]:
        """What can be appealed, as far as its state goes."""
        return [each for each in self.model.submissions if each.state in ("rejected", "set_aside")]

    # --- buyers ---

    @initialize(first=WISHES, second=WISHES)
    def begin(self, first: dict[str, Any], second: dict[str, Any]) -> None:
        for buyer, wishes in zip(self.stage.buyers[:2], (first, second), strict=True):
            self.stage.post(buyer, **wishes)

    @precondition(lambda self: len(self.running()) < 6)
    @rule(number=ANY, wishes=WISHES)
    def post(self, number: int, wishes: dict[str, Any]) -> None:
        self.stage.post(pick(self.stage.buyers, number), **wishes)

    @there_is(lambda self: self.model.bounties)
    @rule(number=ANY, what=st.sampled_from(["fund", "allow", "allow", "refuse", "cancel"]))
    def decide_about_bounty(self, number: int, what: str) -> None:
        fitting = {"fund": "unfunded", "allow": "screening", "refuse": "screening", "cancel": "open"}[what]
        bounty = pick([each for each in self.model.bounties if each.state == fitting] or self.model.bounties, number)
        buyer, operator = self.account(bounty.buyer), self.stage.operator
        words: dict[str, Any] = {"operator": operator, "reason": "It is so."}
        real: dict[str, Callable[[], object]] = {
            "fund": lambda: operations.fund(
                buyer=buyer, bounty_id=bounty.id, at=self.stage.at, spender=self.stage.spender(buyer)
            ),
            "allow": lambda: operations.allow(bounty_id=bounty.id, at=self.stage.at, **words),
            "refuse": lambda: operations.refuse(bounty_id=bounty.id, at=self.stage.at, **words),
            "cancel": lambda: operations.cancel(buyer=buyer, bounty_id=bounty.id, at=self.stage.at),
        }

        def predicted(_: object) -> None:
            getattr(acts, what)(self.model, bounty)
            self.stage.see_slots(bounty)

        self.stage.do(real[what], predicted, repeatable=what == "cancel")

    @there_is(lambda self: self.model.bounties)
    @rule(number=ANY, what=st.sampled_from(["title", "doubt", "closes_at", "note"]), by=LENGTH, back=st.booleans())
    def edit(self, number: int, what: str, by: timedelta, back: bool) -> None:
        bounty = pick(self.running() or self.model.bounties, number)
        if what == "closes_at":
            closes_at = bounty.closes_at + (-by if back else by)
            changes = {"closes_at": closes_at.isoformat()}
            self._edit(bounty, changes, lambda: acts.edit_closing(self.model, bounty, closes_at))
        elif what == "note":
            self._edit(bounty, {"private_note": "for-the-buyer-alone too"}, lambda: self.model.record(bounty))
        else:
            doubtful = what == "doubt"
            title = "Is the prison quiet?" if doubtful else "Is the bakery quiet?"
            self._edit(bounty, {"title": title}, lambda: acts.edit_title(self.model, bounty, doubtful=doubtful))

    def _edit(self, bounty: model.Bounty, changes: Mapping[str, object], predicted: Callable[[], object]) -> None:
        buyer = self.account(bounty.buyer)
        self.stage.do(
            lambda: operations.edit(buyer=buyer, bounty_id=bounty.id, changes=changes, at=self.stage.at),
            lambda _: predicted(),
        )

    # --- scouts ---

    @there_is(lambda self: self.model.bounties)
    @rule(number=ANY, who=ANY, where=st.sampled_from(NEARBY))
    def claim(self, number: int, who: int, where: Place) -> None:
        bounty = pick(self.on_offer() or self.model.bounties, number)
        self._claim(bounty, self.scout_for(bounty, who), where)

    @there_is(lambda self: self.on_offer())
    @rule(number=ANY, who=ANY, hand_in=HAND_IN)
    def capture_what_is_seen(self, number: int, who: int, hand_in: dict[str, Any]) -> None:
        self._capture(number, who, hand_in, "accept")

    @there_is(lambda self: self.on_offer())
    @rule(number=ANY, who=ANY, hand_in=HAND_IN)
    def capture_badly(self, number: int, who: int, hand_in: dict[str, Any]) -> None:
        self._capture(number, who, hand_in, "reject")

    @there_is(lambda self: self.on_offer())
    @rule(number=ANY, who=ANY, hand_in=HAND_IN)
    def capture_doubtfully(self, number: int, who: int, hand_in: dict[str, Any]) -> None:
        self._capture(number, who, hand_in, "review")

    def _capture(self, number: int, who: int, hand_in: dict[str, Any], outcome: str) -> None:
        """The whole way to a verdict."""
        before = len(self.model.claims)
        bounty = pick(self.on_offer(), number)
        self._claim(bounty, self.scout_for(bounty, who), NEARBY[0])
        if len(self.model.claims) > before:
            self._submit(self.model.claims[-1], **hand_in)
            self.stage.record_verdict(self.model.submissions[-1], outcome, retake=who % 2 == 0, reviewer="buyer")

    def _claim(self, bounty: model.Bounty, scout: Account, where: Place) -> None:

        def predicted(made: Any) -> None:
            if made is None:
                acts.check_claim(self.model, bounty, scout.id)
                return
            slot = bounty.slot(made.slot_id)
            times = (made.claimed_at, made.expires_at, made.upload_by)
            acts.claim(self.model, model.Claim(made.id, slot, scout.id, *times))

        self.stage.do(
            lambda: operations.claim(scout=scout, bounty_id=bounty.id, location=where, at=self.stage.at), predicted
        )

    @there_is(lambda self: self.model.claims)
    @rule(number=ANY, what=st.sampled_from(["release", "extend", "arrive"]))
    def go_on(self, number: int, what: str) -> None:
        claim = pick(self.live() or self.model.claims, number)
        scout = self.account(claim.scout)
        self.stage.do(
            lambda: getattr(operations, what)(scout=scout, claim_id=claim.id, at=self.stage.at),
            lambda _: getattr(acts, what)(self.model, claim),
            repeatable=what != "extend",
        )

    @there_is(lambda self: self.model.claims)
    @rule(number=ANY, whichever=st.booleans(), hand_in=HAND_IN)
    def submit(self, number: int, whichever: bool, hand_in: dict[str, Any]) -> None:
        self._submit(pick(self.model.claims if whichever else self.live() or self.model.claims, number), **hand_in)

    def _submit(self, claim: model.Claim, *, ago: timedelta, blocked: str) -> None:
        """At once, or captured offline and sent when there was contact again."""
        answers = [] if blocked else [{"question_id": "q1", "value": "Yes."}]
        captured_at = self.stage.at - ago
        hand_in = operations.HandIn(new_id(), captured_at, answers, Submission.Blocked(blocked))
        scout = self.account(claim.scout)
        self.stage.do(
            lambda: operations.submit(scout=scout, claim_id=claim.id, hand_in=hand_in, at=self.stage.at),
            lambda made: acts.submit(
                self.model,
                claim,
                capture_id=hand_in.capture_id,
                submission_id=made.id if made else None,
                captured_at=captured_at,
                blocked=bool(blocked),
            ),
            repeatable=True,
        )

    @there_is(lambda self: any(each.award for each in self.model.submissions))
    @rule(number=ANY, cents=st.sampled_from([None, None, 100, 250, 100_000]))
    def request_payout(self, number: int, cents: int | None) -> None:
        scout = pick(self.stage.scouts[:-1], number)  # a payout in earnest is the payments' own story
        asked = None if cents is None else cents * 10_000
        self.stage.do(
            lambda: payments.request_payout(scout=scout, at=self.stage.at, amount_micros=asked),
            lambda made: acts.request_payout(self.model, scout.id, made.id if made else None, asked),
        )

    @there_is(lambda self: self.model.payouts)
    @rule(number=ANY, fails=st.sampled_from([False, False, True]))
    def send_payout(self, number: int, fails: bool) -> None:
        payout = pick(self.model.payouts, number)
        if not fails:
            self.stage.send_payout(payout)
            return
        failed = Failed("account_closed", "The account is closed.", mendable=True)
        self.stage.do(
            lambda: payments.record_progress(payout_id=payout.id, attempt=1, progress=failed, at=self.stage.at),
            lambda _: acts.fail_payout(self.model, payout),
            repeatable=payout.state == "sending",
        )

    # --- verdicts, reviews and disputes ---

    @there_is(lambda self: self.model.submissions)
    @rule(
        number=ANY,
        outcome=st.sampled_from(["accept", "accept", "reject", "review"]),
        retake=st.booleans(),
        reviewer=st.sampled_from(["buyer", "operator", "doubter"]),
    )
    def record_verdict(self, number: int, outcome: str, retake: bool, reviewer: str) -> None:
        waiting = [each for each in self.model.submissions if not each.judged]
        submission = pick(waiting or self.model.submissions, number)
        self.stage.record_verdict(submission, outcome, retake=retake, reviewer=reviewer)

    @there_is(lambda self: self.model.submissions)
    @rule(
        number=ANY,
        by=st.sampled_from(["buyer", "operator"]),
        accepts=st.booleans(),
        code=st.sampled_from(sorted(REJECTION)),
    )
    def review(self, number: int, by: str, accepts: bool, code: str) -> None:
        submission = pick(self.in_review() or self.model.submissions, number)
        stage, buyer, id_ = self.stage, self.account(submission.bounty.buyer), submission.id
        operator = stage.operator
        if accepts and by == "buyer":
            real = lambda: operations.accept(buyer=buyer, submission_id=id_, at=stage.at)  # noqa: E731
        elif accepts:
            real = lambda: operations.accept_as_operator(  # noqa: E731
                operator=operator, submission_id=id_, reason="It is there.", at=stage.at
            )
        elif by == "buyer":
            real = lambda: operations.reject(buyer=buyer, submission_id=id_, ground_code=code, at=stage.at)  # noqa: E731
        else:
            real = lambda: operations.reject_as_operator(  # noqa: E731
                operator=operator, submission_id=id_, ground_code=code, reason="It is not.", at=stage.at
            )
        retake = REJECTION[code].retake
        stage.do(
            real,
            lambda _: (
                acts.accept(self.model, submission, by)
                if accepts
                else acts.reject(self.model, submission, by, retake=retake)
            ),
            repeatable=accepts and by == "buyer",
        )

    @there_is(lambda self: self.unheard())
    @rule(number=ANY)
    def appeal(self, number: int) -> None:
        submission = pick(self.unheard(), number)
        scout = self.account(submission.claim.scout)
        self.stage.do(
            lambda: operations.appeal(
                scout=scout, submission_id=submission.id, ground_code="other", note="Look.", at=self.stage.at
            ),
            lambda made: acts.appeal(self.model, submission, made.id if made else None),
        )

    @there_is(lambda self: self.model.submissions)
    @rule(number=ANY)
    def dispute(self, number: int) -> None:
        accepted = [each for each in self.model.submissions if each.state == "accepted"]
        submission = pick(accepted or self.model.submissions, number)
        buyer = self.account(submission.bounty.buyer)
        self.stage.do(
            lambda: operations.dispute(
                buyer=buyer, submission_id=submission.id, ground_code="answer_wrong", note="No.", at=self.stage.at
            ),
            lambda made: acts.dispute(self.model, submission, made.id if made else None),
        )

    @there_is(lambda self: self.model.disputes)
    @rule(number=ANY, what=st.sampled_from(["answer", "message", "withdraw"]), side=st.sampled_from(["buyer", "scout"]))
    def argue(self, number: int, what: str, side: str) -> None:
        dispute = pick(self.disputes_running() or self.model.disputes, number)
        claim = dispute.submission.claim
        account = self.account(claim.bounty.buyer if side == "buyer" else claim.scout)
        words = {} if what == "withdraw" else {"text": "It was so."}
        self.stage.do(
            lambda: getattr(operations, what)(account=account, dispute_id=dispute.id, at=self.stage.at, **words),
            lambda _: getattr(acts, what)(self.model, dispute, side),
            repeatable=what == "withdraw",
        )

    @there_is(lambda self: self.model.disputes)
    @rule(number=ANY, ruling=st.sampled_from([*Ruling, Ruling.FOR_SCOUT]))
    def rule_on_dispute(self, number: int, ruling: Ruling) -> None:
        dispute = pick(self.disputes_running() or self.model.disputes, number)
        self.stage.do(
            lambda: operations.rule(
                operator=self.stage.operator, dispute_id=dispute.id, ruling=ruling, reason="I looked.", at=self.stage.at
            ),
            lambda _: acts.rule(self.model, dispute, str(ruling)),
        )
