"""What bounties ask for, simulated scouts bring: codes, second views, several pictures; and never a copy."""

import pytest

from agents_api.sandbox.capturing import _pictures
from bounties.models import Submission
from tests.integration.agents_api.sandbox.steps import again, codes, result, send, work_off
from tests.integration.bounties.story import Story
from verification import decide
from verification.checks.result import CheckResult
from verification.models import Session, Verdict


def check(submission: Submission, name: str) -> CheckResult:
    verdict = decide.from_json(Verdict.objects.get(pk=submission.capture_id).verdict)
    return next(each for each in verdict.checks if each.check == name)


def test_a_second_view_is_one_scene_from_two_places(story: Story) -> None:
    bounty = story.post(proof={"challenge": "second_view"})
    send(story, bounty, "good")
    work_off()
    assert check(result(bounty), "second_view").reason == "two_views"
    assert codes(result(bounty)) == ["content"]


def test_as_many_pictures_come_as_are_asked_for(story: Story) -> None:
    bounty = story.post(proof={"count": 3})
    send(story, bounty, "good")
    work_off()
    assert check(result(bounty), "proof").numbers["photo"] == 3


def test_the_code_of_the_session_is_in_the_picture(story: Story) -> None:
    bounty = story.post(proof={"challenge": "code"})
    simulation = send(story, bounty, "good")
    work_off()
    simulation = again(simulation)
    assert simulation.session_id is not None
    session = Session.objects.get(pk=simulation.session_id)
    [with_code] = _pictures(simulation, session)
    session.code = ""
    [without] = _pictures(simulation, session)
    assert result(bounty).capture_id == session.id
    assert with_code != without
    assert sorted(codes(result(bounty))) == ["challenge_code", "content"]  # nobody here can read it


def test_scouts_of_one_bounty_bring_no_copies(story: Story) -> None:
    bounty = story.post(slots=3)
    for _ in range(3):
        send(story, bounty, "good")
    work_off()
    submissions = list(Submission.objects.filter(bounty=bounty))
    assert [check(each, "near_reuse").reason for each in submissions] == ["new"] * 3
    assert len({each.scout_id for each in submissions}) == 3


def test_a_scout_near_by_is_asked_again_and_one_far_away_is_not(story: Story) -> None:
    here = send(story, story.post(), "good").claim
    near = send(story, story.post(), "good").claim
    far = send(story, story.post(place={"lat": 40.7, "lng": -74.0, "radius_m": 60}), "good").claim
    assert here.scout_id == near.scout_id != far.scout_id


def test_no_scout_works_for_two_agents(story: Story) -> None:
    mine = send(story, story.post(), "good").claim
    theirs = send(story, story.post(story.other_buyer), "good", agent=story.other_buyer).claim
    assert mine.scout_id != theirs.scout_id


@pytest.mark.parametrize(("lat", "lng"), [(89.9999, 10.0), (0.0, 180.0), (-12.0, -179.99999)])
@pytest.mark.parametrize("outcome", ["good", "wrong_place"])
def test_they_find_every_place_on_earth(story: Story, lat: float, lng: float, outcome: str) -> None:
    bounty = story.post(place={"lat": lat, "lng": lng, "radius_m": 10})
    send(story, bounty, outcome)
    work_off()
    assert codes(result(bounty)) == (["content"] if outcome == "good" else ["geofence"])
