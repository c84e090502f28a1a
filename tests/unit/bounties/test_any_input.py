"""Whatever is sent: read, or refused as a refusal. Never anything else, and never slowly."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bounties import answers, drafts, reading
from market.errors import DomainError
from tests.unit.bounties.test_answers import QUESTIONS
from tests.unit.bounties.test_drafts import body

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)

TEXT = st.text(st.characters(), max_size=60)  # lone surrogates, NUL and direction marks included
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)
FIELDS = st.sampled_from([*body(), "blocked_reward", "private_note", "metadata", "review_hours"])


@given(st.dictionaries(FIELDS, ANYTHING, max_size=4))
@settings(max_examples=300, deadline=None)
def test_any_field_of_a_draft_is_read_or_refused(changes: dict[str, Any]) -> None:
    with suppress(DomainError):
        draft = drafts.read(body(**changes), at=AT)
        assert "\x00" not in repr(draft)
        assert draft.closes_at > draft.opens_at


@given(ANYTHING)
@settings(max_examples=200, deadline=None)
def test_any_answers_are_read_or_refused(sent: Any) -> None:
    with suppress(DomainError):
        assert len(answers.read(sent, QUESTIONS, blocked=False)) == len(QUESTIONS)


@given(st.fixed_dictionaries({"lat": ANYTHING, "lng": ANYTHING}))
@settings(max_examples=200, deadline=None)
def test_any_location_is_on_earth_or_refused(sent: Any) -> None:
    with suppress(DomainError):
        place = reading.location(sent)
        assert abs(place.lat) <= 90
        assert abs(place.lng) <= 180
