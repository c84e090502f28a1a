"""Whatever several people do at the same moment, what always holds holds, and everything ends."""

from datetime import timedelta

import pytest

from bounties import operations
from bounties.models import Award, Bounty, Submission
from bounties.states import BOUNTY_ENDS
from bounties.sweeps import sweep_everything
from market.ledger.models import LedgerAccount
from market.payments import operations as payments
from market.payments.models import Payout
from tests.integration.bounties.story import ACCEPTED, Story
from tests.simulation import checks
from tests.simulation.crowd import Crowd


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, 2])
def test_crowd_leaves_everything_whole(seed: int) -> None:
    crowd = Crowd(Story(), seed=seed)
    crowd.act(steps=60)
    checks.check_promises()
    assert crowd.happened["claim"] > 0
    _go_home(crowd)
    checks.check_promises()
    assert set(Bounty.objects.values_list("state", flat=True)) <= set(BOUNTY_ENDS)
    assert set(Award.objects.values_list("state", flat=True)) <= {"settled", "reversed"}
    empty = ["bounty_held", "scout_pending", "payout_in_flight"]
    assert not LedgerAccount.objects.filter(kind__in=empty).exclude(balance_micros=0).exists()
    everybody = [crowd.story.buyer.id, crowd.story.other_buyer.id], [each.id for each in crowd.scouts]
    checks.check_feed(since=0, buyers=everybody[0], scouts=everybody[1], clocks=None)


def _go_home(crowd: Crowd) -> None:
    for id_ in Submission.objects.filter(state="verifying").values_list("id", flat=True):
        operations.record_verdict(submission_id=id_, verdict=ACCEPTED, at=crowd.at)
    for _ in range(5):
        crowd.at += timedelta(days=30)
        sweep_everything(at=crowd.at)
    for payout_id in [*Payout.objects.values_list("id", flat=True)] * 2:
        crowd.at += timedelta(minutes=1)
        payments.send_payout(payout_id=payout_id, at=crowd.at)
