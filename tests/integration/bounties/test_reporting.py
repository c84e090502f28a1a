"""A scout reports a bounty, and our staff keeps it or takes it off."""

from datetime import timedelta

import pytest

from bounties import desk, operations
from bounties.models import Bounty, OperatorAction, Report
from bounties.operations.claiming import ScoutsOnly
from bounties.operations.locking import NoSuchBounty, OperatorsOnly
from bounties.policies.grounds import UnknownGround
from bounties.policies.reports import MOST_IN_A_DAY, TooManyReports
from bounties.text import TextTooShort
from market.accounts.models import Account, Operator
from market.events.models import Event
from market.ids import new_id
from market.transitions import WrongState
from tests.integration.bounties.story import ACCEPTED, DOLLAR, Story


def report(story: Story, bounty: Bounty, scout: Account | None = None, ground: str = "dangerous") -> Report:
    return operations.report(
        scout=scout or story.scout, bounty_id=bounty.id, ground_code=ground, note="A cliff.", at=story.at
    )


def take_off(story: Story, bounty: Bounty, reason: str = "There is a cliff.") -> Bounty:
    return operations.take_off(operator=story.operator, bounty_id=bounty.id, reason=reason, at=story.at)


def test_a_report_waits_for_our_staff_and_its_buyer_hears_nothing(story: Story) -> None:
    bounty, other = story.post(), story.post()
    told = story.told(story.buyer)
    report(story, other)
    report(story, bounty, story.other_scout)
    report(story, other, story.other_scout, "other")
    waiting = desk.reported(limit=10)
    assert waiting == [other, bounty]  # whoever waits longest first
    assert [each.ground for each in waiting[0].open_reports] == ["dangerous", "other"]
    assert story.told(story.buyer) == told
    bounty.refresh_from_db()
    assert bounty.state == "open"


def test_a_bounty_is_reported_once_by_a_scout(story: Story) -> None:
    bounty = story.post()
    first = report(story, bounty)
    again = report(story, bounty, ground="unlawful")
    assert (again.id, again.ground) == (first.id, "dangerous")
    operations.keep(operator=story.operator, bounty_id=bounty.id, reason="It is a kerb.", at=story.at)
    assert report(story, bounty).state == "dismissed"


def test_a_report_names_a_published_ground_and_other_needs_words(story: Story) -> None:
    bounty = story.post()
    with pytest.raises(UnknownGround):
        report(story, bounty, ground="ugly")
    with pytest.raises(TextTooShort):
        operations.report(scout=story.scout, bounty_id=bounty.id, ground_code="other", at=story.at)


def test_only_scouts_report_and_only_what_they_may_see(story: Story) -> None:
    with pytest.raises(ScoutsOnly):
        report(story, story.post(), story.buyer)
    with pytest.raises(NoSuchBounty):
        report(story, story.post(title="Is anybody at home?"))
    with pytest.raises(NoSuchBounty):
        report(story, story.post(), story.new_scout(mode="live"))
    ended = story.post()
    story.handed_in(ended, ACCEPTED, story.other_scout)
    with pytest.raises(WrongState):
        report(story, ended)


def test_a_scout_reports_so_many_a_day(story: Story) -> None:
    began = story.at
    for _ in range(MOST_IN_A_DAY):
        story.at += timedelta(minutes=1)
        report(story, story.post())
    with pytest.raises(TooManyReports) as refused:
        report(story, story.post())
    assert refused.value.retry_at == began + timedelta(days=1, minutes=1)
    report(story, story.post(), story.other_scout)
    assert refused.value.retry_at is not None
    story.at = refused.value.retry_at
    report(story, story.post())


def test_what_is_kept_goes_on_as_it_was(story: Story) -> None:
    bounty = story.post()
    report(story, bounty)
    kept = operations.keep(operator=story.operator, bounty_id=bounty.id, reason="It is a kerb.", at=story.at)
    assert (kept.state, story.claim(bounty).state) == ("open", "live")
    assert not desk.reported(limit=10)
    with pytest.raises(WrongState):
        operations.keep(operator=story.operator, bounty_id=bounty.id, reason="Once more.", at=story.at)


def test_what_is_taken_off_gives_its_money_back_and_its_buyer_the_reason(story: Story) -> None:
    bounty = story.post(slots=2)
    live = story.claim(bounty)
    report(story, bounty, story.other_scout)
    taken = take_off(story, bounty)
    live.refresh_from_db()
    assert (taken.state, live.state, story.held(bounty)) == ("cancelled", "ended", 0)
    assert story.available() == 1_000 * DOLLAR
    assert Event.objects.get(account=story.buyer, type="bounty.taken_off").data["reason"] == "There is a cliff."
    assert story.told(story.scout)[-1] == "claim.ended"
    assert OperatorAction.objects.get().action == "take_off"


def test_what_was_handed_in_before_is_still_judged_and_paid(story: Story) -> None:
    bounty = story.post(slots=2)
    submission = story.submit(story.claim(bounty))
    report(story, bounty, story.other_scout)
    assert take_off(story, bounty).state == "closing"
    story.judge(submission, ACCEPTED)
    bounty.refresh_from_db()
    assert (bounty.state, story.earned(), story.held(bounty)) == ("cancelled", (2_500_000, 0), 0)


def test_a_closing_bounty_is_taken_off_too(story: Story) -> None:
    bounty = story.post()
    story.claim(bounty)
    report(story, bounty, story.other_scout)
    operations.cancel(buyer=story.buyer, bounty_id=bounty.id, at=story.at)
    assert take_off(story, bounty).state == "cancelled"


def test_a_bounty_that_has_ended_meanwhile_stays_as_it_ended(story: Story) -> None:
    bounty = story.post()
    report(story, bounty, story.other_scout)
    story.handed_in(bounty, ACCEPTED)
    assert take_off(story, bounty).state == "completed"
    assert Report.objects.get().state == "upheld"


def test_nobody_else_answers_a_report(story: Story) -> None:
    bounty = story.post()
    report(story, bounty)
    nobody = Operator(user_id=new_id())
    for answer in (operations.keep, operations.take_off):
        with pytest.raises(OperatorsOnly):
            answer(operator=nobody, bounty_id=bounty.id, reason="So there.", at=story.at)
