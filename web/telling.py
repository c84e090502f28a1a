"""How amounts, distances, lengths of time and moments are written for people: in their language, in local units."""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, pgettext

from market.money import MICROS_PER_DOLLAR, format_micros


class Units(StrEnum):
    METRIC = "metric"
    IMPERIAL = "imperial"


# Where roads are signed in miles.
_IN_MILES = {"US", "GB", "LR", "MM"}
_FEET_PER_M, _M_PER_MILE = 3.28084, 1609.344


def units_of(accept_language: str) -> Units:
    """By the region in what the browser says it reads first: `en-US` walks in miles, `en-AU` and `es` do not."""
    first = accept_language.partition(",")[0].partition(";")[0].strip()
    region = first.replace("_", "-").rpartition("-")[2].upper()
    return Units.IMPERIAL if region in _IN_MILES else Units.METRIC


def money(micros: int) -> str:
    """Dollars, with as many decimals as the amount needs and never fewer than two."""
    decimals = max(2, len(format_micros(micros).partition(".")[2]))
    amount = number_format(abs(micros) / MICROS_PER_DOLLAR, decimal_pos=decimals, use_l10n=True, force_grouping=True)
    written = pgettext("an amount of US dollars", "${amount}").format(amount=amount)
    return f"\u2212{written}" if micros < 0 else written


def distance(metres: float, units: Units) -> str:
    """Rounded as far as it can be trusted and is of use to somebody on foot."""
    if units is Units.IMPERIAL:
        miles = metres / _M_PER_MILE
        if miles < 0.19:
            return pgettext("feet", "{n} ft").format(n=_whole(max(10, round(metres * _FEET_PER_M, -1))))
        return pgettext("miles", "{n} mi").format(n=_tenths(miles))
    if metres < 995:
        return pgettext("metres", "{n} m").format(n=_whole(round(metres, -1) if metres >= 100 else metres))
    return pgettext("kilometres", "{n} km").format(n=_tenths(metres / 1000))


def length(time: timedelta) -> str:
    """The two largest parts: 3 d 4 h, 2 h 10 min, 45 min. What has passed is no length."""
    minutes = max(0, int(time.total_seconds()) // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        parts = [pgettext("days", "{n} d").format(n=days)]
        if hours and days < 7:
            parts.append(pgettext("hours", "{n} h").format(n=hours))
    elif hours:
        parts = [pgettext("hours", "{n} h").format(n=hours)]
        if minutes:
            parts.append(pgettext("minutes", "{n} min").format(n=minutes))
    else:
        parts = [pgettext("minutes", "{n} min").format(n=minutes)]
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


def _tenths(number: float) -> str:
    """One decimal where it says something: 1.4, but 2 and 48."""
    number = round(number, 1)
    return _whole(number) if number >= 10 or number == int(number) else str(number_format(number, 1))


def _whole(number: float) -> str:
    return str(number_format(round(number), 0, force_grouping=True))
