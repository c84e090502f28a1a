"""The real client against an endpoint that misbehaves in every way that one can."""

import base64
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.fakes import vision as fake
from tests.fakes.vision import Said, Vision
from verification import vision
from verification.requirements import CONTROL, CONTROLS, Criterion, Question, QuestionType
from verification.vision import MOST_PICTURES, Endpoint, NoAnswer
from verification.vision_gateway import ask

ASKED = vision.items(
    [Criterion("c1", "The shop front is visible.")],
    [Question("q1", "How many chairs?", QuestionType.NUMBER), Question("q2", "What is written?")],
    {"q2": "Closed on Mondays"},
)
PICTURE = b"\xff\xd8 a picture"


@pytest.fixture
def endpoint() -> Iterator[tuple[Vision, Endpoint]]:
    with fake.vision() as told:
        yield told, Endpoint(told.base_url, "sharp-eye", "a key", seconds=5.0)


def test_each_item_is_answered_with_what_was_seen(endpoint: tuple[Vision, Endpoint]) -> None:
    told, to = endpoint
    told.will(fake.confirming)
    look = ask(to, pictures=[PICTURE], asked=ASKED)
    assert [(each.subject, each.answered, each.seen) for each in look.read.answers] == [
        (each, "yes", "A lit shop front.") for each in ("c1", "q1", "q2")
    ]
    assert {(each.model, each.version, each.prompt) for each in look.read.answers} == {
        ("sharp-eye", "sharp-eye-2026-09", vision.PROMPT)
    }
    assert (look.tokens_in, look.tokens_out) == (900, 80)


def test_data_goes_apart_from_instructions(endpoint: tuple[Vision, Endpoint]) -> None:
    told, to = endpoint
    ask(to, pictures=[PICTURE] * (MOST_PICTURES + 2), asked=ASKED)
    (request,) = told.asked
    system, user = request["messages"]
    assert (system["role"], system["content"]) == ("system", vision.INSTRUCTIONS)
    assert not any(each.text in system["content"] for each in ASKED)
    assert [each["kind"] for each in fake.items(request)] == ["criterion", "question", "statement"]
    pictures = [each for each in user["content"] if each["type"] == "image_url"]
    assert len(pictures) == MOST_PICTURES
    assert base64.b64decode(pictures[0]["image_url"]["url"].partition(",")[2]) == PICTURE
    assert request["response_format"]["json_schema"]["strict"] is True
    assert request["key"] == "Bearer a key"
    assert "Closed on Mondays" not in str(fake.items(request)[1])


def test_among_the_items_is_one_that_no_picture_shows_and_its_place_is_known_to_us_alone() -> None:
    places = set()
    for number in range(40):
        asked = vision.with_control(ASKED, seed=number.to_bytes())
        (at,) = [at for at, each in enumerate(asked) if each.id == CONTROL]
        assert asked[at].text in CONTROLS
        assert tuple(each for each in asked if each.id != CONTROL) == ASKED
        places.add(at)
    assert places == {0, 1, 2, 3}
    assert vision.with_control((), seed=b"") == ()


def test_a_model_may_abstain(endpoint: tuple[Vision, Endpoint]) -> None:
    _, to = endpoint
    assert {each.answered for each in ask(to, pictures=[PICTURE], asked=ASKED).read.answers} == {"cannot_tell"}


def test_what_is_not_answered_is_not_known(endpoint: tuple[Vision, Endpoint]) -> None:
    told, to = endpoint
    told.will(lambda request: fake.completion(request, {"c1": ("yes", None)}))
    answers = {each.subject: each.answered for each in ask(to, pictures=[PICTURE], asked=ASKED).read.answers}
    assert answers == {"c1": "yes", "q1": "cannot_tell", "q2": "cannot_tell"}


@pytest.mark.parametrize(
    ("says", "reason", "times"),
    [
        (fake.saying("certainly! {"), "unreadable: not JSON", 2),
        (fake.saying("{}"), "unreadable: not the fields that were asked for", 2),
        (fake.saying("[" * 5_000), "unreadable: not JSON", 2),
        (fake.saying('{"answers": [{"id": "c1"}], "text_lines": []}'), "unreadable: an answer without the fields", 2),
        (lambda r: fake.completion(r, {"c9": ("yes", None)}), "unreadable: answers to other items", 2),
        (lambda r: fake.completion(r, {"c1": ("accept", None)}), "unreadable: an answer that is none of three", 2),
        (fake.saying("", finish_reason="length"), "ended by length", 1),
        (fake.saying("", finish_reason="content_filter"), "ended by content_filter", 1),
        (fake.refusing, "refused", 1),
        (fake.failing(429, Retry_After="600"), "answered 429", 1),
        (fake.failing(401), "answered 401", 1),
        (fake.failing(500), "answered 500", 2),
        (fake.cut_off, "cut off", 2),
    ],
)
def test_what_cannot_be_used_is_no_answer(
    endpoint: tuple[Vision, Endpoint], says: Said, reason: str, times: int
) -> None:
    told, to = endpoint
    told.will(says)
    with pytest.raises(NoAnswer) as nothing:
        ask(to, pictures=[PICTURE], asked=ASKED)
    assert nothing.value.reason.startswith(reason)
    assert len(told.asked) == times


def test_a_second_try_may_help(endpoint: tuple[Vision, Endpoint]) -> None:
    told, to = endpoint
    told.will(fake.in_turn(fake.failing(503), fake.confirming))
    assert len(ask(to, pictures=[PICTURE], asked=ASKED).read.answers) == 3


def test_an_endpoint_that_drips_holds_nobody(endpoint: tuple[Vision, Endpoint]) -> None:
    told, to = endpoint
    told.will(fake.dripping)
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="too slow"):
        ask(replace(to, seconds=0.5, tries=1), pictures=[PICTURE], asked=ASKED)
    assert time.monotonic() - began < 20


def test_an_endpoint_that_is_not_there_is_no_answer() -> None:
    with pytest.raises(NoAnswer, match="not reached"):
        ask(Endpoint("http://127.0.0.1:9/v1", "sharp-eye", ""), pictures=[PICTURE], asked=ASKED)
