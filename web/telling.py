"""How amounts, distances, lengths of time and moments are written for people: in their language, in local units."""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, override, pgettext

from market.money import MICROS_PER_DOLLAR, format_micros


class Units(StrEnum):
    METRIC = "metric"
    IMPERIAL = "imperial"


# Where roads are signed in miles.
_IN_MILES = {"US", "GB", "LR", "MM"}
_FEET_PER_M, _M_PER_MILE = 3.28084, 1609.344
_MINUTE = timedelta(minutes=1)


def units_of(accept_language: str) -> Units:
    """By the region in what the browser says it reads first: `en-US` walks in miles, `en-AU` and `es` do not."""
    first = accept_language.partition(",")[0].partition(";")[0].strip()
    region = first.replace("_", "-").rpartition("-")[2].upper()
    return Units.IMPERIAL if region in _IN_MILES else Units.METRIC


def money(micros: int) -> str:
    return money_in(get_language(), micros)


def distance(metres: float, units: Units) -> str:
    return distance_in(get_language(), metres, units)


def length(time: timedelta) -> str:
    return length_in(get_language(), time)


# The same for who has many to tell, and asks once in which language. Rewards, rounded distances and lengths of time are
# few, and each is looked up and put together once.


@lru_cache(maxsize=8192)
def money_in(language: str | None, micros: int) -> str:
    """Dollars, with as many decimals as the amount needs and never fewer than two."""
    with override(language):
        decimals = max(2, len(format_micros(micros).partition(".")[2]))
        amount = number_format(
            abs(micros) / MICROS_PER_DOLLAR, decimal_pos=decimals, use_l10n=True, force_grouping=True
        )
        written = pgettext("an amount of US dollars", "${amount}").format(amount=amount)
        return f"\u2212{written}" if micros < 0 else written


def distance_in(language: str | None, metres: float, units: Units) -> str:
    """Rounded as far as it can be trusted and is of use to somebody on foot: 980 m, 1.4 km, 2 km, 48 km."""
    if units is Units.IMPERIAL:
        miles = metres / _M_PER_MILE
        if miles < 0.19:
            return _measured(language, "ft", max(10, round(metres * _FEET_PER_M, -1)))
        return _measured(language, "mi", round(miles, 1) if miles < 9.95 else round(miles))
    if metres < 995:
        return _measured(language, "m", round(metres, -1) if metres >= 100 else round(metres))
    return _measured(language, "km", round(metres / 1000, 1) if metres < 9950 else round(metres / 1000))


def length_in(language: str | None, time: timedelta) -> str:
    """The two largest parts: 3 d 4 h, 2 h 10 min, 45 min. What has passed is no length."""
    minutes = max(0, time // _MINUTE)
    if minutes >= 7 * 1440:
        minutes -= minutes % 1440
    elif minutes >= 1440:
        minutes -= minutes % 60
    return _lasting(language, minutes)


@lru_cache(maxsize=8192)
def _measured(language: str | None, unit: str, number: float) -> str:
    with override(language):
        pattern = {
            "ft": pgettext("feet", "{n} ft"),
            "mi": pgettext("miles", "{n} mi"),
            "m": pgettext("metres", "{n} m"),
            "km": pgettext("kilometres", "{n} km"),
        }[unit]
        decimals = 0 if number == int(number) else 1
        return pattern.format(n=number_format(number, decimals, force_grouping=not decimals))


@lru_cache(maxsize=8192)
def _lasting(language: str | None, minutes: int) -> str:
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    with override(language):
        parts = []
        if days:
            parts.append(pgettext("days", "{n} d").format(n=days))
        if hours:
            parts.append(pgettext("hours", "{n} h").format(n=hours))
        if minutes or not parts:
            parts.append(pgettext("minutes", "{n} min").format(n=minutes))
    return "\u00a0".join(part.replace(" ", "\u00a0") for part in parts)


def moment(at: datetime, zone: ZoneInfo, *, now: datetime | None = None) -> str:
    """On the clocks of the place itself, with the zone's name; the day is left out where it is today."""
    local = at.astimezone(zone)
    day = date_format(local, "D j M") if now is None or now.astimezone(zone).date() != local.date() else ""
    time = date_format(local, "H:i" if _by_twenty_four() else "P")
    return " ".join(part for part in (f"{day}," if day else "", time, _zone_name(local)) if part)


def _by_twenty_four() -> bool:
    return get_language() != "en-us"


def _zone_name(local: datetime) -> str:
    name = local.tzname() or "UTC"
    return name if name.isalpha() else f"UTC{name}"
