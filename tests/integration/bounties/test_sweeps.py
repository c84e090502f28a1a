"""What time does, on whose clock, and that doing it twice or with something broken in the way does no harm."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from bounties import operations, sweeps
from bounties.models import Award, Bounty, Claim, Slot
from market.accounts.models import Account
from market.broker import beat_schedule
from market.celery import app
from market.events.models import Event
from market.ledger.models import Entry, Line
from tests.integration.agents_api.counting import questions
from tests.integration.bounties.story import ACCEPTED, REVIEW, Story, check_always


def move_clock(account: Account, **ahead: float) -> None:
    Account.objects.filter(pk=account.pk).update(clock_ahead=timedelta(**ahead))
    account.refresh_from_db()


def test_beat_runs_every_sweep() -> None:
    app.loader.import_module("bounties.tasks")
    scheduled = {entry["task"] for entry in beat_schedule.values()}
    assert {f"bounties.tasks.sweep_{sweep.name}" for sweep in sweeps.SWEEPS} <= scheduled
    assert {name for name in scheduled if name.startswith("bounties.")} <= set(app.tasks)


def test_a_sweep_with_nothing_due_does_nothing(story: Story) -> None:
    story.claim(story.post())
    assert sweeps.sweep_everything(at=story.at) == 0


def test_a_sweep_repeated_finds_nothing_left(story: Story) -> None:
    story.claim(story.post())
    story.handed_in(story.post(), ACCEPTED, story.other_scout)
    story.handed_in(story.post(), REVIEW, story.other_scout)
    at = story.at + timedelta(days=30)
    assert sweeps.sweep_everything(at=at) > 0
    told = story.told(story.buyer)
    assert sweeps.sweep_everything(at=at) == 0
    assert story.told(story.buyer) == told


def test_a_sweep_goes_in_batches(story: Story) -> None:
    for _ in range(5):
        story.post()
    at = story.at + timedelta(hours=6)
    assert [sweeps.sweep_bounties(at=at, most=2) for _ in range(4)] == [2, 2, 1, 0]
    assert set(Bounty.objects.values_list("state", flat=True)) == {"expired"}


def test_one_broken_row_does_not_keep_time_from_passing_for_the_others(story: Story) -> None:
    broken, whole = story.post(), story.post()
    # As no operation leaves it: the row says that nothing is held any more, and the ledger says otherwise.
    Bounty.objects.filter(pk=broken.pk).update(unfinished_slots=0, free_slots=0)
    at = story.at + timedelta(hours=6)
    assert sweeps.sweep_bounties(at=at) >= 1
    whole.refresh_from_db()
    assert whole.state == "expired"
    Bounty.objects.filter(pk=broken.pk).update(unfinished_slots=1, free_slots=1)
    sweeps.sweep_bounties(at=at)


# --- together ---


def crowd(story: Story) -> list[Bounty]:
    return [story.post(title="Is it open?", slots=slots) for slots in (1, 3, 2)]


def ended(story: Story, bounties: list[Bounty]) -> list[object]:
    """All that there is of it, but for ids."""
    ids = [bounty.id for bounty in bounties]
    bounty_columns = ("state", "closing_as", "version", "free_slots", "unfinished_slots", "due_at", "ended_at")
    slots = Slot.objects.filter(bounty__in=ids).order_by("bounty", "number")
    entries = Entry.objects.filter(kind="release")
    told = Event.objects.filter(account_id=story.buyer.id, type__in=["bounty.closing", "bounty.expired"])
    return [
        list(Bounty.objects.filter(pk__in=ids).order_by("pk").values_list(*bounty_columns)),
        list(slots.values_list("bounty", "state", "owed_until")),
        sorted(sorted(Line.objects.filter(entry=each).values_list("account_id", "amount_micros")) for each in entries),
        list(told.order_by("position").values_list("type", "data", "at")),
    ]


def test_those_that_expire_together_end_as_each_would_alone(story: Story) -> None:
    bounties, at = crowd(story), story.at + timedelta(hours=6)
    with transaction.atomic():
        for bounty in bounties:
            operations.expire_bounty(bounty_id=bounty.id, at=at)
        alone = ended(story, bounties)
        transaction.set_rollback(True)
    assert sweeps.sweep_bounties(at=at) == 3
    assert ended(story, bounties) == alone
    check_always(story)


def test_what_was_begun_is_not_ended_together_with_others(story: Story) -> None:
    begun, released, _, _ = story.post(slots=2), story.post(), story.post(), story.post(story.other_buyer)
    story.claim(begun)
    operations.release(scout=story.other_scout, claim_id=story.claim(released, story.other_scout).id, at=story.at)
    ids = list(Bounty.objects.order_by("pk").values_list("pk", flat=True))
    at = story.at + timedelta(hours=6)
    expired = operations.expire_unclaimed(buyer_id=story.buyer.id, bounty_ids=ids, at=at)
    assert expired == {ids[2]} == set(Bounty.objects.filter(state="expired").values_list("pk", flat=True))
    assert not operations.expire_unclaimed(buyer_id=story.buyer.id, bounty_ids=ids, at=at)
    assert not operations.expire_unclaimed(buyer_id=story.other_buyer.id, bounty_ids=ids, at=story.at)
    assert [sweeps.sweep_bounties(at=at, alone=1, of=story.buyer.id) for _ in range(3)] == [1, 1, 0]
    check_always(story)


def test_many_expire_by_as_few_questions_as_three(story: Story) -> None:
    counted = []
    for number in (3, 30):
        for _ in range(number):
            story.post()
        with questions() as asked:
            assert sweeps.sweep_bounties(at=story.at + timedelta(hours=6)) == number
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 12


# --- whose clock ---


def test_a_buyers_moved_clock_moves_everything_about_its_bounties(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    in_review = story.handed_in(story.post(), REVIEW, story.other_scout)
    accepted = story.handed_in(story.post(), ACCEPTED, story.other_scout)
    move_clock(story.buyer, minutes=31)
    story.wait()
    claim.refresh_from_db()
    assert claim.state == "expired"
    move_clock(story.buyer, hours=24)
    story.wait()
    in_review.refresh_from_db()
    assert (in_review.decided_by, Award.objects.get(submission=accepted).state) == ("silence", "settled")
    move_clock(story.buyer, hours=48)
    story.wait()
    bounty.refresh_from_db()
    assert (bounty.state, bounty.ended_at) == ("expired", story.at + timedelta(hours=48))


def test_another_buyers_bounties_stay_in_their_own_time(story: Story) -> None:
    theirs = story.post(story.other_buyer)
    mine = story.post()
    move_clock(story.buyer, hours=7)
    story.wait()
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert (theirs.state, mine.state) == ("open", "expired")


def test_a_scouts_moved_clock_changes_nothing_on_a_bounty(story: Story) -> None:
    claim = story.claim(story.post())
    submission = story.handed_in(story.post(), ACCEPTED)
    move_clock(story.scout, days=10)
    story.wait()
    claim.refresh_from_db()
    assert (claim.state, Award.objects.get(submission=submission).state) == ("live", "pending")
    operations.arrive(scout=story.scout, claim_id=claim.id, at=story.at)


def test_operations_go_by_the_buyers_clock_too(story: Story) -> None:
    move_clock(story.buyer, days=5)
    bounty = story.post()
    claim = story.claim(bounty)
    assert claim.claimed_at == story.at + timedelta(days=5)
    assert claim.seen_at == story.at  # where the scout was is a fact of the real world
    submission = story.submit(claim)
    assert (submission.state, submission.captured_at) == ("verifying", story.at + timedelta(days=5))


@pytest.mark.parametrize(
    ("rows", "sweep"),
    [
        (Claim.objects, sweeps.sweep_claims),
        (Bounty.objects, sweeps.sweep_bounties),
    ],
)
def test_what_is_due_by_the_wall_is_found_by_one_indexed_question(
    story: Story,
    rows: object,
    sweep: Callable[..., int],
    django_assert_num_queries: Callable[[int], object],
) -> None:
    with django_assert_num_queries(2):  # type: ignore[attr-defined]
        assert sweep(at=story.at) == 0
