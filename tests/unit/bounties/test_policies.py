"""Who may claim from where and for how long, what silence means, and what a reputation is made of."""

from datetime import UTC, datetime, timedelta

import pytest

from bounties.policies import claims
from bounties.policies.claims import LastSeen
from bounties.policies.disputes import DecidedBy, Ruling, Side, default_ruling
from bounties.policies.grounds import REJECTION, UnknownGround, ground
from bounties.policies.reputation import Record
from market.errors import DomainError

AT = datetime(2026, 3, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def code(call: object) -> str:
    with pytest.raises(DomainError) as refused:
        call()  # type: ignore[operator]
    return refused.value.code


def test_a_claim_is_for_the_window_and_a_little_before_it() -> None:
    opens_at, closes_at = AT + 2 * HOUR, AT + 6 * HOUR
    assert code(lambda: claims.check_window(opens_at=opens_at, closes_at=closes_at, at=AT)) == "not_yet_open"
    claims.check_window(opens_at=opens_at, closes_at=closes_at, at=AT + HOUR)
    claims.check_window(opens_at=opens_at, closes_at=closes_at, at=closes_at - timedelta(microseconds=1))
    assert code(lambda: claims.check_window(opens_at=opens_at, closes_at=closes_at, at=closes_at)) == "window_over"


@pytest.mark.parametrize(
    ("metres", "hours", "refused"),
    [
        (0, 0.1, False),
        (150_000, 6, False),
        (150_500, 6, True),  # another city
        (20_000_000, 2_000, True),  # another planet, nearly
        (100_000, 0.5, True),  # nobody is that fast on the ground
        (50_000, 0.5, False),
    ],
)
def test_a_claim_from_too_far_is_refused_with_the_reason(metres: float, hours: float, refused: bool) -> None:
    def check() -> None:
        claims.check_reach(distance_m=metres, radius_m=60, closes_at=AT + hours * HOUR, at=AT)

    if refused:
        assert code(check) == "too_far"
    else:
        check()


@pytest.mark.parametrize(
    ("metres", "seconds", "refused"),
    [(4_999, 0, False), (5_001, 1, True), (500_000, 3_600, False), (2_000_000, 3_600, True)],
)
def test_two_claims_far_apart_need_the_time_to_travel(metres: float, seconds: int, refused: bool) -> None:
    last = LastSeen(AT, metres)

    def check() -> None:
        claims.check_journey(last, at=AT + timedelta(seconds=seconds))

    if refused:
        assert code(check) == "impossible_journey"
    else:
        check()


@pytest.mark.parametrize(
    ("metres", "opens", "closes", "minutes"),
    [
        (0, 0, 6 * HOUR, 30),  # at least
        (2_400, 0, 6 * HOUR, 2 * 2_400 / 1.2 / 60 + 20),
        (100_000, 0, 9 * HOUR, 240),  # at most
        (0, 0, timedelta(minutes=20), 20),  # never past the window
        (0, timedelta(minutes=45), 6 * HOUR, 75),  # counted from the opening
    ],
)
def test_a_claim_lasts_as_long_as_its_way(metres: float, opens: timedelta, closes: timedelta, minutes: float) -> None:
    opens_at = AT + (opens or timedelta())
    end = claims.end_of_claim(distance_m=metres, opens_at=opens_at, closes_at=AT + closes, at=AT)
    assert end - AT == timedelta(minutes=minutes)


def extend(*, closes: timedelta = 6 * HOUR, extended: bool = False, on_site: bool = False) -> timedelta:
    end = claims.extended_end(expires_at=AT + HOUR, closes_at=AT + closes, extended=extended, on_site=on_site)
    return end - AT


def test_a_claim_is_extended_once_on_the_way_and_within_the_window() -> None:
    assert extend() == timedelta(minutes=90)
    assert extend(closes=timedelta(minutes=70)) == timedelta(minutes=70)
    assert code(lambda: extend(extended=True)) == "already_extended"
    assert code(lambda: extend(on_site=True)) == "already_there"
    assert code(lambda: extend(closes=HOUR)) == "nothing_to_extend"


@pytest.mark.parametrize(
    ("record", "reputation"),
    [
        (Record(), 50),
        (Record(accepted=1), 60),
        (Record(accepted=96), 98),
        (Record(rejected=1), 40),
        (Record(lapsed=4), 40),
        (Record(rejected=1_000), 0),
    ],
)
def test_a_reputation_is_made_of_what_happened(record: Record, reputation: int) -> None:
    assert record.reputation == reputation


@pytest.mark.parametrize(
    ("opened_by", "decided_by", "doubted", "ruling"),
    [
        (Side.BUYER, DecidedBy.MACHINE, False, Ruling.FOR_SCOUT),
        (Side.BUYER, DecidedBy.SILENCE, False, Ruling.FOR_SCOUT),
        (Side.BUYER, DecidedBy.OPERATOR, True, Ruling.FOR_SCOUT),  # a person has said yes to it
        (Side.SCOUT, DecidedBy.BUYER, False, Ruling.FOR_SCOUT),  # a scout does not pay for our silence
        (Side.SCOUT, DecidedBy.BUYER, True, Ruling.FOR_BUYER),  # nor does silence pay for a doubt
        (Side.SCOUT, DecidedBy.SILENCE, True, Ruling.FOR_BUYER),
        (Side.SCOUT, DecidedBy.MACHINE, False, Ruling.FOR_BUYER),
        (Side.SCOUT, DecidedBy.OPERATOR, False, Ruling.FOR_BUYER),
        (Side.SCOUT, DecidedBy.RULE, False, Ruling.FOR_BUYER),
    ],
)
def test_at_the_deadline_a_ruling_exists(opened_by: Side, decided_by: DecidedBy, doubted: bool, ruling: Ruling) -> None:
    assert default_ruling(opened_by=opened_by, decided_by=decided_by, doubted=doubted) is ruling


@pytest.mark.parametrize("sent", ["ugly", "", None, 5, ["not_shown"]])
def test_only_published_grounds_count(sent: object) -> None:
    with pytest.raises(UnknownGround) as refused:
        ground(sent, REJECTION)
    assert refused.value.facts["grounds"] == sorted(REJECTION)
    assert ground("not_shown", REJECTION).retake
