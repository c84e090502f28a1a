import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.verification.builders import NOON, evidence, fix, photo, requirements, session
from verification import evidence as stored
from verification import requirements as wishes
from verification.canonical import UnreadableFacts
from verification.decide import decide, to_json
from verification.evidence import Blocked, FoundBy, NearDuplicate, RepeatedPlace, ScoutAnswer
from verification.kinds import UnknownKind
from verification.photos.facts import C2paFacts, C2paState, ExifFacts, Maker, Trace, TraceSource
from verification.requirements import Criterion, Question, QuestionType

RICH = evidence(
    artifacts=(
        photo(
            exif=ExifFacts(taken_at=NOON, place=fix().place, place_accuracy_m=5.0, unreadable=("DateTime",)),
            traces=(Trace(TraceSource.XMP, Maker.EDITOR, "Ünïcode ✓"),),
            c2pa=C2paFacts(C2paState.VALID, actions=("c2pa.created",)),
        ),
    ),
    session=session(fixes=(fix(speed_mps=1.0, heading_degrees=270.5),)),
    answers=(ScoutAnswer("q1", "17"),),
    blocked=Blocked.NO_ACCESS,
    near_duplicates=(
        NearDuplicate("a" * 64, "b" * 64, NOON, FoundBy.EVERYTHING, False, True, hash_distance=12, inlier_share=1.0),
    ),
    repeated_places=(RepeatedPlace(fix().place, 1, 0),),
)


def test_nothing_is_lost_on_the_way_through_storage() -> None:
    again = stored.from_json(stored.to_json(RICH))
    assert again == RICH
    assert stored.to_json(again) == stored.to_json(RICH)


def test_whole_floats_come_back_as_floats() -> None:
    again = stored.from_json(stored.to_json(RICH))
    assert isinstance(again.session.fixes[0].speed_mps, float)
    assert isinstance(again.near_duplicates[0].inlier_share, float)


def test_requirements_survive_storage_with_their_policy() -> None:
    asked = requirements(
        criteria=(Criterion("c1", "a queue is visible"),),
        questions=(Question("q1", "how many?", QuestionType.NUMBER, unit="people"),),
    )
    assert wishes.from_json(wishes.to_json(asked)) == asked


def test_a_verdict_replays_from_what_was_stored() -> None:
    asked = requirements(reward_micros=30_000_000)
    first = to_json(decide(RICH, asked))
    assert to_json(decide(stored.from_json(stored.to_json(RICH)), wishes.from_json(wishes.to_json(asked)))) == first


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain.update(surprise=1),
        lambda plain: plain.update(format=2),
        lambda plain: plain.pop("session"),
        lambda plain: plain["session"].update(nonce="shiny"),
        lambda plain: plain["session"].update(opened_at="yesterday"),
        lambda plain: plain["session"].update(offline=1),
        lambda plain: plain["session"]["fixes"][0]["place"].update(latitude_e7=900000001),
        lambda plain: plain["artifacts"][0].update(size_bytes="3"),
    ],
)
def test_facts_that_do_not_fit_are_refused(spoil: Callable[..., Any]) -> None:
    plain = json.loads(stored.to_json(RICH))
    spoil(plain)
    with pytest.raises(UnreadableFacts):
        stored.from_json(json.dumps(plain))


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"format": NaN}', "[" * 100_000, '{"format":1,"format":1}'])
def test_text_that_is_no_evidence_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFacts):
        stored.from_json(text)


def test_a_kind_nobody_registered_is_refused() -> None:
    plain = json.loads(stored.to_json(RICH))
    plain["artifacts"][0]["kind"] = "smell"
    with pytest.raises(UnknownKind):
        stored.from_json(json.dumps(plain))


def test_facts_written_before_a_field_existed_take_its_default() -> None:
    plain = json.loads(stored.to_json(evidence()))
    del plain["witnesses"]
    assert stored.from_json(json.dumps(plain)) == evidence()
