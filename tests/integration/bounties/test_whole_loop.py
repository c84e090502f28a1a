"""From a draft to money in a scout's hands."""

from datetime import timedelta

from bounties import operations
from bounties.models import Award, Bounty
from market.ledger.postings import AccountKind
from market.payments.models import Payout
from market.payments.operations import request_payout, send_payout
from tests.integration.bounties.story import DOLLAR, Story


def test_a_bounty_posted_claimed_answered_and_accepted_ends_in_a_payout_that_is_paid(story: Story) -> None:
    bounty = story.post()
    assert (bounty.state, story.held(bounty), story.available()) == ("open", 2_750_000, 1_000 * DOLLAR - 2_750_000)

    claim = story.claim(bounty)
    story.at += timedelta(minutes=10)
    operations.arrive(scout=story.scout, claim_id=claim.id, at=story.at)
    submission = story.judge(story.submit(claim))
    assert submission.state == "accepted"
    bounty.refresh_from_db()
    assert (bounty.state, story.held(bounty)) == ("completed", 0)
    assert story.earned() == (2_500_000, 0)
    assert story.house(AccountKind.PLATFORM_FEE) == 250_000

    story.wait(hours=24)
    assert story.earned() == (0, 2_500_000)
    assert Award.objects.get(submission=submission).state == "settled"

    payout = request_payout(scout=story.scout, at=story.at)
    again_at = send_payout(payout_id=payout.id, at=story.at)
    assert again_at == story.at + timedelta(seconds=2)
    assert send_payout(payout_id=payout.id, at=again_at) is None
    assert Payout.objects.get().state == "paid"
    assert story.earned() == (0, 0)

    assert story.told(story.buyer) == [
        "bounty.opened",
        "claim.made",
        "claim.on_site",
        "result.received",
        "result.accepted",
        "bounty.completed",
        "result.final",
    ]
    assert story.told(story.scout) == [
        "claim.made",
        "claim.on_site",
        "submission.received",
        "submission.accepted",
        "award.settled",
        "payout.requested",
        "payout.sending",
        "payout.paid",
    ]
    assert Bounty.objects.get().version == 6
