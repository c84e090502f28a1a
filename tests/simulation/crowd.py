"""Several people at the same moment, each in a thread with a connection of its own, and no model beside them."""

import random
import threading
from collections import Counter
from datetime import timedelta
from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from bounties import drafts, operations, sweeps
from bounties.models import Bounty, Claim, Dispute, Submission
from bounties.places import Place
from bounties.policies.disputes import Ruling
from bounties.verdicts import Outcome, Reason, Verdict
from market.errors import DomainError
from market.ids import new_id
from market.payments import operations as payments
from tests.integration.bounties.story import Story, body

HERE = Place(52.52, 13.405)
THREADS = 4
Row = TypeVar("Row", bound=Model)
_REASONS = (Reason("content", "Look again.", "Look at it."),)


class Crowd:
    def __init__(self, story: Story, *, seed: int) -> None:
        self.story = story
        self.random = random.Random(seed)
        self.at = story.at
        self.scouts = [story.new_scout() for _ in range(4)]
        self.happened: Counter[str] = Counter()
        self.broken: list[Exception] = []

    def act(self, *, steps: int) -> None:
        """The same seed draws the same acts; how they fall between each other is up to the threads."""
        seeds = [self.random.random() for _ in range(THREADS)]
        threads = [threading.Thread(target=self._run, args=(seed, steps)) for seed in seeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(100)
        assert not any(thread.is_alive() for thread in threads)
        assert self.broken == []

    def _run(self, seed: float, steps: int) -> None:
        drawing = random.Random(seed)
        try:
            for _ in range(steps):
                act = drawing.choice(_ACTS)
                self.at += timedelta(seconds=1)
                try:
                    act(self, drawing)
                except DomainError as refusal:
                    self.happened[refusal.code] += 1
                else:
                    self.happened[act.__name__] += 1
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.broken.append(error)
        finally:
            connection.close()

    def post(self, drawing: random.Random) -> None:
        if Bounty.objects.filter(ended_at=None).count() < 3:
            wishes = body(self.at, slots=drawing.randint(1, 3), review=drawing.choice(["auto", "buyer"]))
            draft = drafts.read(wishes, at=self.at)
            operations.post(buyer=self.story.buyer, draft=draft, at=self.at)

    def claim(self, drawing: random.Random) -> None:
        bounty = _any(drawing, Bounty.objects.filter(state="open"))
        operations.claim(scout=drawing.choice(self.scouts), bounty_id=bounty.id, location=HERE, at=self.at)

    def submit(self, drawing: random.Random) -> None:
        claim = _any(drawing, Claim.objects.filter(state__in=["live", "expired"]).select_related("scout"))
        hand_in = operations.HandIn(new_id(), self.at, [{"question_id": "q1", "value": "Yes."}])
        operations.submit(scout=claim.scout, claim_id=claim.id, hand_in=hand_in, at=self.at)

    def release(self, drawing: random.Random) -> None:
        claim = _any(drawing, Claim.objects.filter(state="live").select_related("scout"))
        operations.release(scout=claim.scout, claim_id=claim.id, at=self.at)

    def judge(self, drawing: random.Random) -> None:
        outcome = drawing.choice(list(Outcome))
        reasons = () if outcome is Outcome.ACCEPT else _REASONS
        submission = _any(drawing, Submission.objects.filter(state="verifying"))
        verdict = Verdict(outcome, reasons, retake=drawing.random() < 0.5)
        operations.record_verdict(submission_id=submission.id, verdict=verdict, at=self.at)

    def review(self, drawing: random.Random) -> None:
        id_ = _any(drawing, Submission.objects.filter(state="in_review")).id
        if drawing.random() < 0.5:
            operations.accept(buyer=self.story.buyer, submission_id=id_, at=self.at)
        else:
            operations.reject(buyer=self.story.buyer, submission_id=id_, ground_code="not_shown", at=self.at)

    def contest(self, drawing: random.Random) -> None:
        submission = _any(drawing, Submission.objects.exclude(decided_by="").select_related("scout"))
        if submission.state == "accepted":
            operations.dispute(
                buyer=self.story.buyer, submission_id=submission.id, ground_code="not_genuine", at=self.at
            )
        else:
            operations.appeal(scout=submission.scout, submission_id=submission.id, ground_code="other", at=self.at)

    def rule(self, drawing: random.Random) -> None:
        dispute = _any(drawing, Dispute.objects.filter(state__in=["open", "answered"]))
        ruling = drawing.choice(list(Ruling))
        operations.rule(
            operator=self.story.operator, dispute_id=dispute.id, ruling=ruling, reason="I looked.", at=self.at
        )

    def cancel(self, drawing: random.Random) -> None:
        bounty = _any(drawing, Bounty.objects.filter(state="open"))
        if drawing.random() < 0.3:
            operations.cancel(buyer=self.story.buyer, bounty_id=bounty.id, at=self.at)

    def pay_out(self, drawing: random.Random) -> None:
        payout = payments.request_payout(scout=drawing.choice(self.scouts), at=self.at)
        payments.send_payout(payout_id=payout.id, at=self.at)

    def let_time_pass(self, drawing: random.Random) -> None:
        self.at += timedelta(minutes=drawing.choice([1, 10, 40, 40, 1500]))
        for sweep in sweeps.SWEEPS:
            sweep(at=self.at)


_ACTS = (
    Crowd.post,
    *(Crowd.claim, Crowd.claim, Crowd.submit, Crowd.submit, Crowd.judge, Crowd.judge),
    *(Crowd.release, Crowd.review, Crowd.contest, Crowd.rule, Crowd.cancel, Crowd.pay_out, Crowd.let_time_pass),
)


class NothingToActOn(DomainError):
    code = "nothing_to_act_on"


def _any(drawing: random.Random, rows: "QuerySet[Row]") -> Row:
    found = list(rows.order_by("id"))
    if not found:
        raise NothingToActOn("There is none just now.")
    return drawing.choice(found)
