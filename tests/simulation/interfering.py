"""What comes between: time, the sweeps, requests sent again, and people who try what is not theirs."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bounties import operations
from bounties.models import Award
from bounties.operations import HandIn
from bounties.places import Place
from bounties.policies.disputes import Ruling
from market.accounts.models import Account, Operator
from market.accounts.operations.clocks import advance_clock
from market.ids import new_id
from market.payments import operations as payments
from tests.simulation import passing
from tests.simulation.guarding import GuardedExchange
from tests.simulation.machine import ANY, LENGTH, NEARBY, pick, there_is

ANOTHER_PLANET = Place(-33.86, 151.21)


class WholeExchange(GuardedExchange):
    # --- time ---

    @rule(by=LENGTH, sweeps=st.integers(0, 2))
    def wait(self, by: timedelta, sweeps: int) -> None:
        self.stage.tick(by)
        for _ in range(sweeps):
            self.stage.sweep_everything()

    @there_is(lambda self: not any(self.model.ahead.values()))
    @rule(number=ANY, by=LENGTH)
    def move_clock(self, number: int, by: timedelta) -> None:
        account = pick([*self.stage.buyers, *self.stage.scouts], number)
        if account.mode == "live":
            self.stage.forbid(lambda: advance_clock(account_id=account.id, by=by, at=self.stage.at))
        else:
            self.stage.move_clock(account, by)

    @rule(kind=st.sampled_from(passing.SWEEPS), twice=st.booleans())
    def sweep(self, kind: str, twice: bool) -> None:
        self.stage.sweep(kind)
        if twice:
            self.stage.sweep(kind)

    @there_is(lambda self: self.model.claims)
    @rule(number=ANY, what=st.sampled_from(["claim", "bounty", "submission", "dispute", "award"]))
    def do_what_a_sweep_does_by_hand(self, number: int, what: str) -> None:
        """Due or not: what is not due does not happen."""
        model, stage = self.model, self.stage
        awards = [each.award for each in model.submissions if each.award]
        things: dict[str, tuple[Sequence[Any], Callable[..., object], Callable[..., object]]] = {
            "claim": (model.claims, passing.expire_claim, operations.expire_claim),
            "bounty": (model.bounties, passing.expire_bounty, operations.expire_bounty),
            "submission": (model.submissions, passing.fall_silent, operations.fall_silent),
            "dispute": (model.disputes, passing.rule_by_default, operations.rule_by_default),
            "award": (awards, passing.settle, operations.settle),
        }
        among, predicted, real = things[what]
        if not among:
            return
        thing = pick(among, number)
        id_ = Award.objects.get(submission_id=thing.id).id if what == "award" else thing.id
        stage.do(lambda: real(**{f"{what}_id": id_}, at=stage.at), lambda _: predicted(model, thing), repeatable=True)

    # --- sent again, and sent by others ---

    @rule(number=st.integers(0, 100))
    def repeat_something(self, number: int) -> None:
        self.stage.repeat(pick(self.stage.repeatable, number))

    @there_is(lambda self: self.model.claims)
    @rule(number=ANY, which=ANY, what=st.sampled_from(["bounty", "claim", "submission", "dispute"]))
    def meddle(self, number: int, which: int, what: str) -> None:
        model = self.model
        things = {"bounty": model.bounties, "claim": model.claims, "submission": model.submissions}
        if things.get(what, model.disputes):
            getattr(self, f"_meddle_with_{what}")(number, which)

    def _meddle_with_bounty(self, number: int, which: int) -> None:
        bounty = pick(self.model.bounties, number)
        stranger, scout = self._strangers(bounty.buyer, bounty.buyer)
        nobody, at = self._nobody(), self.stage.at
        self._forbid(
            which,
            lambda: operations.cancel(buyer=stranger, bounty_id=bounty.id, at=at),
            lambda: operations.fund(buyer=stranger, bounty_id=bounty.id, at=at),
            lambda: operations.edit(buyer=stranger, bounty_id=bounty.id, changes={"private_note": "mine"}, at=at),
            lambda: operations.cancel(buyer=scout, bounty_id=bounty.id, at=at),
            lambda: operations.claim(scout=stranger, bounty_id=bounty.id, location=NEARBY[0], at=at),
            lambda: operations.claim(scout=scout, bounty_id=bounty.id, location=ANOTHER_PLANET, at=at),
            lambda: operations.allow(operator=nobody, bounty_id=bounty.id, reason="So there.", at=at),
            lambda: operations.refuse(operator=nobody, bounty_id=bounty.id, reason="So there.", at=at),
            lambda: operations.take_off(operator=nobody, bounty_id=bounty.id, reason="So there.", at=at),
            lambda: operations.report(scout=stranger, bounty_id=bounty.id, ground_code="dangerous", at=at),
            lambda: operations.claim(scout=scout, bounty_id=new_id(), location=NEARBY[0], at=at),
        )

    def _meddle_with_claim(self, number: int, which: int) -> None:
        claim = pick(self.model.claims, number)
        stranger, other_scout = self._strangers(claim.bounty.buyer, claim.scout)
        at = self.stage.at
        hand_in = HandIn(new_id(), at, [{"question_id": "q1", "value": "Yes."}])
        nonsense = HandIn(new_id(), at, [{"question_id": "q7", "value": "Yes."}])
        scout = self.account(claim.scout)
        self._forbid(
            which,
            lambda: operations.release(scout=other_scout, claim_id=claim.id, at=at),
            lambda: operations.extend(scout=other_scout, claim_id=claim.id, at=at),
            lambda: operations.arrive(scout=stranger, claim_id=claim.id, at=at),
            lambda: operations.submit(scout=other_scout, claim_id=claim.id, hand_in=hand_in, at=at),
            lambda: operations.submit(scout=scout, claim_id=claim.id, hand_in=nonsense, at=at),
            lambda: payments.request_payout(scout=self.stage.buyers[0], at=at),
        )

    def _meddle_with_submission(self, number: int, which: int) -> None:
        submission = pick(self.model.submissions, number)
        stranger, other_scout = self._strangers(submission.bounty.buyer, submission.claim.scout)
        scout, nobody, at, id_ = self.account(submission.claim.scout), self._nobody(), self.stage.at, submission.id
        self._forbid(
            which,
            lambda: operations.accept(buyer=stranger, submission_id=id_, at=at),
            lambda: operations.accept(buyer=scout, submission_id=id_, at=at),
            lambda: operations.reject(buyer=stranger, submission_id=id_, ground_code="wrong_place", at=at),
            lambda: operations.dispute(buyer=stranger, submission_id=id_, ground_code="not_genuine", at=at),
            lambda: operations.dispute(buyer=scout, submission_id=id_, ground_code="not_genuine", at=at),
            lambda: operations.appeal(scout=other_scout, submission_id=id_, ground_code="other", at=at),
            lambda: operations.accept_as_operator(operator=nobody, submission_id=id_, reason="So there.", at=at),
            lambda: operations.reject_as_operator(
                operator=nobody, submission_id=id_, ground_code="wrong_place", reason="So there.", at=at
            ),
        )

    def _meddle_with_dispute(self, number: int, which: int) -> None:
        dispute = pick(self.model.disputes, number)
        claim = dispute.submission.claim
        stranger, other_scout = self._strangers(claim.bounty.buyer, claim.scout)
        nobody, at, id_ = self._nobody(), self.stage.at, dispute.id
        self._forbid(
            which,
            lambda: operations.answer(account=stranger, dispute_id=id_, text="Mine.", at=at),
            lambda: operations.message(account=other_scout, dispute_id=id_, text="Mine.", at=at),
            lambda: operations.withdraw(account=other_scout, dispute_id=id_, at=at),
            lambda: operations.message_as_operator(operator=nobody, dispute_id=id_, text="Mine.", at=at),
            lambda: operations.rule(operator=nobody, dispute_id=id_, ruling=Ruling.FOR_SCOUT, reason="So.", at=at),
        )

    def _forbid(self, which: int, *tries: Callable[[], object]) -> None:
        self.stage.forbid(tries[which % len(tries)])

    def _strangers(self, buyer: object, scout: object) -> tuple[Account, Account]:
        return (
            next(each for each in self.stage.buyers if each.id != buyer),
            next(each for each in self.stage.scouts if each.id != scout),
        )

    def _nobody(self) -> Operator:
        """Who is no operator, or is one no more."""
        return Operator(user_id=new_id())
