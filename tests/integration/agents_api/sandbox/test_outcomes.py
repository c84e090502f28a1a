"""Each outcome ends in exactly the state that its name promises: through the real claim, upload, checks and verdict."""

from datetime import timedelta

import pytest

from agents_api.sandbox.models import SimulatedScout
from bounties.operations import accept
from tests.integration.agents_api.sandbox.steps import again, bounty_now, codes, result, send, work_off
from tests.integration.bounties.story import Story


@pytest.mark.parametrize(
    ("outcome", "state", "reasons"),
    [
        ("good", "in_review", ["content"]),
        ("blocked", "in_review", ["content"]),
        ("stale", "in_review", ["exif_time", "made_in_session"]),
        ("blurry", "in_review", ["picture_quality", "content"]),
        ("wrong_place", "rejected", ["geofence"]),
        ("reused", "rejected", ["exact_reuse", "near_reuse"]),
    ],
)
def test_a_simulated_scout_ends_where_its_outcome_says(
    story: Story, outcome: str, state: str, reasons: list[str]
) -> None:
    bounty = story.post()
    simulation = send(story, bounty, outcome)
    work_off()
    submission = result(bounty)
    assert (submission.state, sorted(codes(submission))) == (state, sorted(reasons))
    assert submission.reviewer == ("buyer" if state == "in_review" else "")
    assert submission.blocked == ("no_access" if outcome == "blocked" else "")
    assert again(simulation).state == "handed_in"
    assert SimulatedScout.objects.get().account_id == submission.scout_id


def test_a_good_capture_accepted_by_its_buyer_is_paid_and_completes_the_bounty(story: Story) -> None:
    bounty = story.post()
    simulation = send(story, bounty, "good")
    work_off()
    accept(buyer=story.buyer, submission_id=result(bounty).id, at=story.at)
    scout = again(simulation).claim.scout
    assert (bounty_now(bounty.id).state, story.earned(scout)) == ("completed", (2_500_000, 0))


def test_a_blocked_place_accepted_pays_its_own_reward(story: Story) -> None:
    bounty = story.post()
    simulation = send(story, bounty, "blocked")
    work_off()
    accept(buyer=story.buyer, submission_id=result(bounty).id, at=story.at)
    assert story.earned(again(simulation).claim.scout) == (750_000, 0)


def test_nobody_who_does_not_show_up_hands_anything_in_and_the_claim_expires(story: Story) -> None:
    bounty = story.post()
    simulation = send(story, bounty, "no_show")
    work_off()
    assert (again(simulation).claim.state, story.slot_states(bounty)) == ("live", ["claimed"])
    story.wait(hours=4)
    assert (again(simulation).claim.state, story.slot_states(bounty)) == ("expired", ["open"])
    assert bounty.submissions.count() == 0


def test_after_a_rejection_the_next_scout_gets_the_slot(story: Story) -> None:
    bounty = story.post()
    first = send(story, bounty, "wrong_place")
    work_off()
    assert again(first).claim.state == "live"  # a person could try again
    second = send(story, bounty, "good")
    work_off()
    assert again(first).claim.state == "released"
    assert again(second).claim.submissions.get().state == "in_review"
    assert again(first).claim.scout_id != again(second).claim.scout_id


def test_stale_means_that_every_time_in_it_is_old(story: Story) -> None:
    bounty = story.post()
    send(story, bounty, "stale")
    work_off()
    assert story.at - result(bounty).captured_at > timedelta(days=2)
