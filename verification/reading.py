"""What follows from a session's facts and several checks need: which fix counts, when the shutter went. No opinions."""

from datetime import datetime, timedelta
from statistics import median

from verification.evidence import CaptureSession, Fix
from verification.photos.facts import ExifFacts
from verification.policies import Thresholds


def clock_offset(session: CaptureSession) -> timedelta | None:
    """How far the device's clock is ahead of ours, in the middle of what was read; None without contact."""
    if not session.clock:
        return None
    return timedelta(seconds=median((each.device_at - each.server_at).total_seconds() for each in session.clock))


def captured_at(session: CaptureSession) -> datetime | None:
    """The shutter's moment on our clock: the device's word, put right by what its clock was off."""
    offset = clock_offset(session)
    if session.device_captured_at is None or offset is None:
        return None
    return session.device_captured_at - offset


def best_moment(session: CaptureSession) -> datetime | None:
    """The best single moment to reckon with (sun, journeys): the shutter on our clock, else ours, else theirs."""
    at = captured_at(session)
    if at is not None and session.opened_at and session.received_at:
        # The device may say what it likes: the capture lies between opening the session and handing in.
        return min(max(at, session.opened_at), session.received_at)
    return at or session.opened_at or session.device_captured_at or session.received_at


def fixes_at_shutter(session: CaptureSession, *, within_seconds: float) -> tuple[Fix, ...]:
    """The fixes that say where the shutter was. All of them when the device names no moment of capture."""
    at = session.device_captured_at
    if at is None:
        return session.fixes
    return tuple(fix for fix in session.fixes if abs((fix.at - at).total_seconds()) <= within_seconds)


def newest_stamp(exif: ExifFacts) -> datetime | None:
    """The latest moment that the file names. A phone's GPS time is that of its last fix, and may be hours old."""
    return max((stamp for stamp in (exif.taken_at, exif.gps_at) if stamp is not None), default=None)


def fix_at_shutter(session: CaptureSession, limits: Thresholds) -> Fix | None:
    """The one that says best where the shutter was: the sharpest of its own moments. A walker's sharpest fix of minutes
    before lies a hundred metres back: where those moments have none, the fix nearest to them in time is it.
    """
    around = fixes_at_shutter(session, within_seconds=limits.fix_age_seconds)
    at = session.device_captured_at
    if at is None or limits.shutter_seconds is None:
        return _sharpest(around)
    of_its_moments = fixes_at_shutter(session, within_seconds=limits.shutter_seconds)
    return _sharpest(of_its_moments) or min(around, key=lambda fix: abs(fix.at - at), default=None)


def _sharpest(fixes: tuple[Fix, ...]) -> Fix | None:
    return min(fixes, key=lambda fix: fix.accuracy_m, default=None)
