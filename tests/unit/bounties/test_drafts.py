"""What an agent may ask for, field by field."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bounties import drafts, reading
from bounties.drafts import Challenge
from bounties.shapes import Body, OneOf
from market.errors import DomainError
from verification.requirements import BLOCKED_CRITERION, CONTROL, QuestionType, Review, criteria_of

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def body(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Is the bakery open?",
        "questions": ["Is the bakery on the corner open right now?"],
        "criteria": ["The shop front is visible"],
        "place": {"lat": 52.52, "lng": 13.405, "radius_m": 60},
        "window": {"opens_at": "2026-11-20T09:00:00Z", "closes_at": "2026-11-20T15:00:00Z"},
        "reward": "2.50",
        "currency": "usd",
        "slots": 1,
        "proof": {"media": "photo", "count": 1, "challenge": "none"},
        "review": "auto",
        **changes,
    }


def place(**changes: Any) -> dict[str, Any]:
    return {"lat": 52.52, "lng": 13.405, "radius_m": 60, **changes}


def window(opens_at: str = "2026-11-20T09:00:00Z", closes_at: str = "2026-11-20T15:00:00Z") -> dict[str, str]:
    return {"opens_at": opens_at, "closes_at": closes_at}


def refusal(sent: object) -> DomainError:
    with pytest.raises(DomainError) as refused:
        drafts.read(sent, at=AT)
    error = refused.value
    assert error.message
    assert error.fix
    assert error.code != DomainError.code
    return error


def test_the_published_example_is_read_with_the_defaults_of_the_core() -> None:
    draft = drafts.read(body(), at=AT)
    assert (draft.reward_micros, draft.blocked_reward_micros, draft.slots) == (2_500_000, 750_000, 1)
    assert (draft.review, draft.review_hours, draft.distinct_scouts, draft.least_reputation) == (
        Review.AUTO,
        24,
        True,
        0,
    )
    assert (draft.place.latitude_e7, draft.place.longitude_e7) == (525_200_000, 134_050_000)
    assert draft.questions[0].id == "q1"
    assert draft.questions[0].type is QuestionType.TEXT
    assert draft.proof.challenge is Challenge.NONE


def test_one_question_may_be_sent_alone() -> None:
    assert [each.text for each in drafts.read(body(questions="Open?"), at=AT).questions] == ["Open?"]


def test_questions_have_types_choices_and_units() -> None:
    sent = [
        {"id": "open", "text": "Open?", "type": "yes_no"},
        {"text": "How many people wait?", "type": "number", "unit": "people"},
        {"text": "Which sign hangs there?", "type": "choice", "choices": ["open", "closed"]},
    ]
    questions = drafts.read(body(questions=sent), at=AT).questions
    assert [(each.id, str(each.type), each.choices, each.unit) for each in questions] == [
        ("open", "yes_no", (), None),
        ("q2", "number", (), "people"),
        ("q3", "choice", ("open", "closed"), None),
    ]


def test_a_window_without_a_beginning_opens_now() -> None:
    assert drafts.read(body(window={"closes_at": "2026-11-20T15:00:00+01:00"}), at=AT).opens_at == AT


def test_three_point_nothing_is_a_whole_number() -> None:
    slots = drafts.read(body(slots=3.0), at=AT).slots
    assert (slots, type(slots)) == (3, int)


def test_negative_zero_is_zero() -> None:
    assert drafts.read(body(place=place(lat=-0.0, lng=-0.0)), at=AT).place.latitude_e7 == 0


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"title": 5}, "invalid_text", "/title"),
        ({"title": ""}, "text_too_short", "/title"),
        ({"title": "x" * 121}, "text_too_long", "/title"),
        ({"title": "x" * 10_000_000}, "text_too_long", "/title"),
        ({"title": "a\u202eb"}, "invalid_text", "/title"),
        ({"title": None}, "missing_field", "/title"),
        ({"tilte": "x"}, "unknown_field", "/tilte"),
        ({"a/b~c": "x"}, "unknown_field", "/a~1b~0c"),
        ({"questions": []}, "invalid_field", "/questions"),
        ({"questions": ["x"] * 11}, "invalid_field", "/questions"),
        ({"questions": [""]}, "text_too_short", "/questions/0"),
        ({"questions": [{"text": "x", "type": "maybe"}]}, "invalid_field", "/questions/0/type"),
        ({"questions": [{"text": "x", "typ": "text"}]}, "unknown_field", "/questions/0/typ"),
        ({"questions": [{"text": "x", "id": "a b"}]}, "invalid_field", "/questions/0/id"),
        ({"questions": [{"text": "x", "id": "q2"}, "y"]}, "invalid_field", "/questions/1/id"),
        ({"questions": [{"text": "x", "type": "choice"}]}, "invalid_field", "/questions/0/choices"),
        ({"questions": [{"text": "x", "choices": ["a", "b"]}]}, "unknown_field", "/questions/0/choices"),
        (
            {"questions": [{"text": "x", "type": "choice", "choices": ["a", "A"]}]},
            "invalid_field",
            "/questions/0/choices",
        ),
        ({"questions": [{"text": "x", "unit": "m"}]}, "unknown_field", "/questions/0/unit"),
        ({"criteria": ["x"] * 11}, "invalid_field", "/criteria"),
        ({"criteria": "x"}, "invalid_field", "/criteria"),
        ({"criteria": [{}]}, "invalid_text", "/criteria/0"),
        ({"place": place(lat=float("nan"))}, "invalid_place", "/place/lat"),
        ({"place": place(lng=float("inf"))}, "invalid_place", "/place/lng"),
        ({"place": place(lat=90.0001)}, "invalid_place", "/place/lat"),
        ({"place": place(lng=-180.1)}, "invalid_place", "/place/lng"),
        ({"place": place(lat="52")}, "invalid_place", "/place/lat"),
        ({"place": place(lat=True)}, "invalid_place", "/place/lat"),
        ({"place": place(radius_m=9)}, "invalid_field", "/place/radius_m"),
        ({"place": place(radius_m=50_001)}, "invalid_field", "/place/radius_m"),
        ({"place": place(radius_m=float("nan"))}, "invalid_field", "/place/radius_m"),
        ({"place": [52, 13]}, "invalid_field", "/place"),
        (
            {"window": window("2026-11-20T15:00:00Z", "2026-11-20T09:30:00Z")},
            "window_out_of_bounds",
            "/window/closes_at",
        ),
        ({"window": window(closes_at="2026-11-20T09:05:00Z")}, "window_out_of_bounds", "/window/closes_at"),
        ({"window": window(closes_at="2027-02-19T09:00:01Z")}, "window_out_of_bounds", "/window/closes_at"),
        ({"window": window("2026-11-20T08:00:00Z")}, "window_out_of_bounds", "/window/opens_at"),
        ({"window": window("2026-11-19", "2026-11-20")}, "invalid_time", "/window/opens_at"),
        ({"window": window("2026-11-20T09:00:00")}, "invalid_time", "/window/opens_at"),
        ({"window": window(closes_at="9999-12-31T23:59:59-14:00")}, "invalid_time", "/window/closes_at"),
        ({"window": {"closes_at": 1_700_000_000}}, "invalid_time", "/window/closes_at"),
        ({"window": {}}, "missing_field", "/window/closes_at"),
        ({"reward": "0.04"}, "reward_out_of_bounds", "/reward"),
        ({"reward": "10000.01"}, "reward_out_of_bounds", "/reward"),
        ({"reward": "-2.50"}, "reward_out_of_bounds", "/reward"),
        ({"reward": "2.5000001"}, "invalid_amount", "/reward"),
        ({"reward": "-0.00"}, "invalid_amount", "/reward"),
        ({"reward": 2.5}, "invalid_amount", "/reward"),
        ({"reward": "NaN"}, "invalid_amount", "/reward"),
        ({"reward": "２.50"}, "invalid_amount", "/reward"),
        ({"blocked_reward": "0.00"}, "blocked_reward_out_of_bounds", "/blocked_reward"),
        ({"blocked_reward": "2.51"}, "blocked_reward_out_of_bounds", "/blocked_reward"),
        ({"currency": "eur"}, "unknown_currency", "/currency"),
        ({"slots": 0}, "invalid_field", "/slots"),
        ({"slots": 1_001}, "invalid_field", "/slots"),
        ({"slots": True}, "invalid_field", "/slots"),
        ({"slots": 1.5}, "invalid_field", "/slots"),
        ({"proof": {"media": "hologram"}}, "invalid_field", "/proof/media"),
        ({"proof": {"count": 11}}, "invalid_field", "/proof/count"),
        ({"proof": {"challenge": "dance"}}, "invalid_field", "/proof/challenge"),
        ({"proof": {"accuracy_m": 1}}, "invalid_field", "/proof/accuracy_m"),
        ({"proof": {"daylight": "yes"}}, "invalid_field", "/proof/daylight"),
        ({"review": "me"}, "invalid_field", "/review"),
        ({"review_hours": 0}, "invalid_field", "/review_hours"),
        ({"review_hours": 169}, "invalid_field", "/review_hours"),
        ({"least_reputation": 101}, "invalid_field", "/least_reputation"),
        ({"distinct_scouts": 1}, "invalid_field", "/distinct_scouts"),
        ({"private_note": "x" * 2_001}, "text_too_long", "/private_note"),
        ({"metadata": {"a b": "x"}}, "invalid_field", "/metadata/a b"),
        ({"metadata": {"a": 1}}, "invalid_text", "/metadata/a"),
        ({"metadata": {f"k{n}": "x" for n in range(51)}}, "invalid_field", "/metadata"),
    ],
)
def test_what_is_wrong_is_refused_with_its_field(changes: dict[str, Any], code: str, param: str) -> None:
    error = refusal(body(**changes))
    assert (error.code, error.param) == (code, param)


@pytest.mark.parametrize("sent", [None, [], "text", 5])
def test_what_is_no_object_at_all_is_refused(sent: object) -> None:
    assert refusal(sent).code == "invalid_field"


@pytest.mark.parametrize(
    ("sent", "nearest"),
    [
        ({"tilte": "x"}, "title"),
        ({"Title": "x"}, "title"),
        ({"price": "2.50"}, "reward"),
        ({"location": {}}, "place"),
        ({"description": "x"}, "questions"),
        ({"notes": "x"}, "private_note"),
        ({"place": {"latitude": 52.5}}, "lat"),
        ({"place": {"lat": 52.5, "lon": 13.4}}, "lng"),
        ({"window": {"deadline": "x"}}, "closes_at"),
        ({"questions": [{"question": "x"}]}, "text"),
        ({"kind": "x"}, None),  # alike, and something else
    ],
)
def test_an_unknown_field_is_told_the_known_one_that_was_meant(sent: dict[str, Any], nearest: str | None) -> None:
    error = refusal(body(**sent))
    assert (error.code, error.facts.get("nearest")) == ("unknown_field", nearest)
    assert nearest is None or f"`{nearest}`" in error.message


def test_what_is_missing_and_one_of_some_words_is_told_with_them() -> None:
    batch = Body(fields={"review": OneOf(among=Review)}, needed=("review",))
    with pytest.raises(reading.MissingField, match="`review` is missing: one of auto, buyer"):
        batch.read({})


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("lat", "`lat` stands inside `place`"),
        ("longitude", "`lng` stands inside `place`"),
        ("closes_at", "`closes_at` stands inside `window`"),
        ("challenge", "`challenge` stands inside `proof`"),
    ],
)
def test_a_field_one_level_too_high_is_told_where_it_stands(name: str, told: str) -> None:
    assert told in refusal(body(**{name: "x"})).message


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-20t15:00:00.25z", "2026-11-20T15:00:00.250000+00:00"),
        ("2026-11-20 15:00:00+05:30", "2026-11-20T09:30:00+00:00"),
        ("2026-11-20T15:00:00.123456789-00:00", "2026-11-20T15:00:00.123456+00:00"),
        ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00+00:00"),
        ("2026-12-31T15:59:60.5-08:00", "2027-01-01T00:00:00.500000+00:00"),
    ],
)
def test_every_way_to_write_a_moment_in_rfc_3339_is_read(written: str, moment: str) -> None:
    assert reading.moment(written, param="/at").isoformat() == moment


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2026-11-20T15:00:00Z\0", "RFC 3339"),
        ("2026-W47-5T15:00:00Z", "RFC 3339"),
        ("2026-11-20T15:00:00,5Z", "RFC 3339"),
        ("2026-11-20T15:00:00+0530", "RFC 3339"),
        ("2026-11-20T15:00:00+00:00:30", "RFC 3339"),
        ("2026-11-20T15:00Z", "RFC 3339"),
        ("2026-11-20T15:00:00", "no offset"),
        ("2026-11-31T15:00:00Z", "no such moment"),
        ("2026-11-20T24:00:00Z", "no such moment"),
        ("2026-11-20T15:00:60Z", "no such moment"),
        ("9999-12-31T23:59:60Z", "no such moment"),
        ("0001-01-01T00:00:00+14:00", "calendar"),
    ],
)
def test_what_python_alone_would_read_is_refused(written: str, told: str) -> None:
    with pytest.raises(reading.InvalidTime, match=told):
        reading.moment(written, param="/at")


def test_what_a_refusal_says_of_a_strangers_words_is_short_and_plain() -> None:
    error = refusal(body(**{"\u202e" + "x" * 1_000_000: 1}))
    assert error.message.isascii()
    assert len(error.message) < 500


def test_every_bound_itself_is_inside() -> None:
    last = (AT + timedelta(days=90)).isoformat()
    sent = body(
        title="x" * 120,
        questions=["x" * 500] * 10,
        reward="10000.00",
        blocked_reward="10000.00",
        slots=1_000,
        place=place(lat=-90, lng=180, radius_m=50_000),
        window=window(AT.isoformat(), last),
    )
    assert drafts.read(sent, at=AT).closes_at == AT + timedelta(days=90)


def test_a_draft_read_from_json_is_the_one_read_from_python() -> None:
    assert drafts.read(json.loads(json.dumps(body())), at=AT) == drafts.read(body(), at=AT)


@pytest.mark.parametrize("ours", [CONTROL, BLOCKED_CRITERION.id, criteria_of(["The shop front is visible"])[0].id])
def test_no_question_takes_the_name_of_something_asked_beside_it(ours: str) -> None:
    error = refusal(body(questions=[{"id": ours, "text": "Open?"}]))
    assert (error.code, error.param) == ("invalid_field", "/questions/0/id")
