"""Named reads: what a scout's record is made of, what was paid near a place."""

from datetime import timedelta

from bounties import operations, queries
from bounties.places import Place
from bounties.policies.reputation import Record
from tests.integration.bounties.story import ACCEPTED, BAKERY, BLURRED, REJECTED, Story


def test_a_record_counts_what_became_of_the_claims(story: Story) -> None:
    story.handed_in(story.post(), ACCEPTED)
    story.handed_in(story.post(), REJECTED)
    mended = story.claim(story.post())
    story.judge(story.submit(mended), BLURRED)
    story.judge(story.submit(mended), ACCEPTED)
    operations.release(scout=story.scout, claim_id=story.claim(story.post()).id, at=story.at)
    story.claim(story.post())
    story.wait(minutes=30)
    assert queries.record_of(story.scout.id) == Record(accepted=2, rejected=1, lapsed=1)
    assert queries.record_of(story.other_scout.id) == Record()


def test_what_was_paid_near_a_place_is_its_middle_half(story: Story) -> None:
    for reward in ("1.00", "2.00", "3.00", "4.00", "5.00"):
        bounty = story.post(reward=reward)
        story.at += timedelta(minutes=10)
        story.handed_in(bounty, ACCEPTED)
    seen = queries.experience_near(BAKERY, mode="test", at=story.at)
    assert seen is not None
    assert (seen.count, seen.low_micros, seen.middle_micros, seen.high_micros) == (5, 2_000_000, 3_000_000, 4_000_000)
    assert seen.usual_wait == timedelta(minutes=10)
    assert queries.experience_near(BAKERY, mode="live", at=story.at) is None
    assert queries.experience_near(Place(48.1, 11.5), mode="test", at=story.at) is None
    assert queries.experience_near(BAKERY, mode="test", at=story.at + timedelta(days=91)) is None


def test_a_single_price_is_nobody_elses_business(story: Story) -> None:
    for _ in range(2):
        story.handed_in(story.post(), ACCEPTED)
    assert queries.experience_near(BAKERY, mode="test", at=story.at) is None
