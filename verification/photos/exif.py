"""What a file's EXIF says, read with care: half of it is wrong somewhere, and none of it is required.

Facts only. A field that stands there and makes no sense is named in `unreadable`, not guessed at.
"""

import logging
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import exifread

from verification.geo import Place, place
from verification.photos.facts import ExifFacts
from verification.photos.formats import Data, stream

Tags = Mapping[str, Any]

# It logs what is odd about a file; here that is a fact or nothing.
logging.getLogger("exifread").addHandler(logging.NullHandler())
logging.getLogger("exifread").propagate = False

_OFFSET = re.compile(r"([+-])([01][0-9]):([0-5][0-9])", re.ASCII)
_LONGEST_WORD = 100
_TIME_FIELDS = (
    ("EXIF DateTimeOriginal", "EXIF OffsetTimeOriginal"),
    ("EXIF DateTimeDigitized", "EXIF OffsetTimeDigitized"),
    ("Image DateTime", "EXIF OffsetTime"),
)


class _Unreadable(Exception):
    """A field stands there and says nothing sensible."""


def exif(data: Data) -> ExifFacts:
    try:
        tags: Tags = exifread.process_file(stream(data), details=False, extract_thumbnail=False)
    except Exception as error:  # noqa: BLE001 - written for honest cameras, hostile bytes fail it in any way there is
        return ExifFacts(unreadable=(f"exif: {type(error).__name__}",))
    unreadable: list[str] = []

    def read(name: str, reader: Any) -> Any:
        try:
            return reader(tags)
        except (_Unreadable, ValueError, TypeError, ZeroDivisionError, OverflowError, IndexError, AttributeError):
            unreadable.append(name)
            return None

    local, taken_at = read("time", _taken) or (None, None)
    return ExifFacts(
        taken_at_local=local,
        taken_at=taken_at,
        gps_at=read("gps_time", _gps_at),
        place=read("gps_place", _place),
        place_accuracy_m=read("gps_accuracy", _accuracy),
        make=_word(tags, "Image Make"),
        model=_word(tags, "Image Model"),
        software=_word(tags, "Image Software"),
        unreadable=tuple(unreadable),
    )


def _taken(tags: Tags) -> tuple[str, datetime | None] | None:
    for field, offset_field in _TIME_FIELDS:
        text = _word(tags, field)
        if text is None or not text.strip(" :0"):
            continue  # cameras without a clock write blanks or zeros
        # A camera's clock: in no known zone, unless the file says one.
        local = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        if not 1990 <= local.year <= 2100:
            raise _Unreadable
        offset = _OFFSET.fullmatch(_word(tags, offset_field) or "")
        return local.isoformat(" "), local.replace(tzinfo=_zone(offset)) if offset else None
    return None


def _zone(offset: re.Match[str]) -> timezone:
    sign, hours, minutes = offset.groups()
    span = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-span if sign == "-" else span)


def _gps_at(tags: Tags) -> datetime | None:
    day, clock = _word(tags, "GPS GPSDate"), tags.get("GPS GPSTimeStamp")
    if day is None or clock is None:
        return None
    hours, minutes, seconds = _triple(clock)
    start = datetime.strptime(day.replace("-", ":"), "%Y:%m:%d").replace(tzinfo=UTC)
    if not 1990 <= start.year <= 2100 or hours >= 24 or minutes >= 60 or seconds > 60:
        raise _Unreadable
    return start + timedelta(hours=hours, minutes=minutes, seconds=round(seconds, 3))


def _place(tags: Tags) -> Place | None:
    if "GPS GPSLatitude" not in tags or "GPS GPSLongitude" not in tags:
        return None
    latitude = _degrees(tags, "GPS GPSLatitude", plus="N", minus="S", most=90)
    longitude = _degrees(tags, "GPS GPSLongitude", plus="E", minus="W", most=180)
    if latitude == 0 and longitude == 0:
        raise _Unreadable  # nobody was in the Gulf of Guinea: a receiver without a fix writes zeros
    return place(latitude, longitude)


def _degrees(tags: Tags, field: str, *, plus: str, minus: str, most: int) -> float:
    side = (_word(tags, f"{field}Ref") or "").upper()[:1]
    if side not in (plus, minus):
        raise _Unreadable  # without its hemisphere a coordinate means two places
    degrees, minutes, seconds = _triple(tags[field])
    value = degrees + minutes / 60 + seconds / 3600
    if value > most:
        raise _Unreadable
    return value if side == plus else -value


def _accuracy(tags: Tags) -> float | None:
    # GPSHPositioningError, a name that not every version of the reader knows.
    field = tags.get("GPS GPSHPositioningError") or tags.get("GPS Tag 0x001F")
    if field is None:
        return None
    value = float(field.values[0])
    if not math.isfinite(value) or not 0 < value < 1e6:
        raise _Unreadable
    return round(value, 2)


def _triple(field: Any) -> tuple[float, float, float]:
    first, second, third = (float(each) for each in field.values)
    if not all(math.isfinite(each) and each >= 0 for each in (first, second, third)):
        raise _Unreadable
    return first, second, third


def _word(tags: Tags, field: str) -> str | None:
    if field not in tags:
        return None
    text = "".join(letter for letter in str(tags[field]) if letter.isprintable()).strip()
    return text[:_LONGEST_WORD] or None
