"""What our checks found, for the scout: a name, a tick or a cross, a sentence, the numbers. In the reader's language.

The checks speak for themselves in English, and into the stored verdict; here is what a page says of them. A check that
is newer than this file is told in its own words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from verification.checks.result import CheckResult, Number, Outcome

_NAMES: Final = {
    "proof": _("All that was asked for"),
    "session_integrity": _("One capture, signed by your device"),
    "time_window": _("In the time asked for"),
    "geofence": _("At the place"),
    "fix_accuracy": _("How well your place is known"),
    "impossible_travel": _("A journey that can be made"),
    "repeated_coordinates": _("A place from a real receiver"),
    "daylight": _("By daylight"),
    "exact_reuse": _("A new file"),
    "challenge_code": _("The code in the picture"),
    "second_view": _("A second viewpoint"),
    "instruction_text": _("No words for machines"),
    "content": _("What the picture shows"),
    "witnesses": _("Others saw the same"),
    "exif_place": _("The place in the file"),
    "exif_time": _("The time in the file"),
    "made_in_session": _("Made in this session"),
    "near_reuse": _("A new picture"),
    "editor_traces": _("As the camera made it"),
    "picture_quality": _("Sharp and light enough"),
    "readable": _("A file that can be read"),
    "not_checked": _("Not looked at by checks"),
    "check_failed": _("Our checks broke on it"),
}

_PASSED: Final = {
    "proof": _("Everything asked for is there."),
    "session_integrity": _("Opened on site, signed, and sent as it was signed."),
    "time_window": _("You captured while it was open."),
    "geofence": _("You stood near enough to the point."),
    "fix_accuracy": _("Your device knew well enough where you were."),
    "impossible_travel": _("Where you were before does not speak against it."),
    "repeated_coordinates": _("Your place wanders a little, as a real receiver's does."),
    "daylight": _("The sun was up."),
    "exact_reuse": _("Nobody has handed in this file before."),
    "challenge_code": _("The code is in your picture."),
    "second_view": _("Both pictures show one place from two spots."),
    "instruction_text": _("No words in the picture try to steer a program."),
    "content": _("It shows what you say."),
    "witnesses": _("Others who were there say the same."),
    "exif_place": _("The file names the same place."),
    "exif_time": _("The file names the same time."),
    "made_in_session": _("Nothing says that it is older than your capture."),
    "near_reuse": _("It is no copy of an earlier picture."),
    "editor_traces": _("Nothing in the file says that a program made or changed it."),
    "picture_quality": _("Whoever looks at it can see something."),
}

_SENTENCES: Final = {
    ("proof", "too_few"): _("Less was handed in than was asked for."),
    ("proof", "unanswered"): _("A question has no answer yet."),
    ("session_integrity", "media_not_signed"): _("A file is not what your device signed. Capture again in one go."),
    ("session_integrity", "after_close"): _("The capture session was over when this came. A person looks at it."),
    ("session_integrity", "clock_skew"): _("Your device's clock is wrong. Set it to automatic."),
    ("session_integrity", "session_length"): _("The session stayed open too long. Open it on site, hand in soon."),
    ("session_integrity", "offline"): _("There was no contact during the capture, so a person looks at it."),
    ("session_integrity", "unsigned"): _("Your browser did not sign this capture, so a person looks at it."),
    ("made_in_session", "captured_outside"): _("By its own word your device captured before or after the session."),
    ("session_integrity", "from_file"): _("The picture was chosen from files, so a person looks at it."),
    ("time_window", "too_late"): _("You began after the time asked for was over."),
    ("time_window", "too_early"): _("You handed it in before the time asked for had begun."),
    ("time_window", "no_time"): _("When it was captured cannot be told, so a person looks at it."),
    ("geofence", "no_fix"): _("Your device gave no place when you captured. Allow location and capture again."),
    ("geofence", "outside"): _("You were too far from the point. Go closer and capture again."),
    ("geofence", "too_vague"): _("Your place is not known well enough. Wait under open sky and capture again."),
    ("fix_accuracy", "no_fix"): _("Your device gave no place when you captured. Allow location and capture again."),
    ("fix_accuracy", "impossible_accuracy"): _("Your device claims a place without any doubt, which no receiver does."),
    ("fix_accuracy", "too_vague"): _("Your place is not known well enough. Wait under open sky and capture again."),
    ("fix_accuracy", "too_few"): _("Your device told its place too rarely. Wait some seconds, then capture again."),
    ("impossible_travel", "impossible"): _("You cannot have been here so soon after your last capture elsewhere."),
    ("impossible_travel", "unlikely"): _("You were far from here shortly before. A person looks at it."),
    ("impossible_travel", "no_place"): _("Your device gave no place when you captured. Allow location next time."),
    ("repeated_coordinates", "no_fix"): _("Your device gave no place when you captured. Allow location next time."),
    ("repeated_coordinates", "seen_before"): _("Your place equals an earlier one to the last digit."),
    ("repeated_coordinates", "frozen"): _("Your place did not move at all. Switching on GPS makes it stronger."),
    ("repeated_coordinates", "seen_before_vague"): _("Your place did not move. Switching on GPS makes it stronger."),
    ("daylight", "no_time"): _("When it was captured cannot be told, so a person looks at it."),
    ("daylight", "night"): _("Daylight was asked for, and the sun was not up."),
    ("exact_reuse", "own_file"): _("You handed in this very file before."),
    ("exact_reuse", "others_file"): _("This very file was handed in before."),
    ("exact_reuse", "twice_here"): _("The same file was handed in twice."),
    ("challenge_code", "no_code"): _("There was no contact, so there was no code. A person looks at it."),
    ("challenge_code", "not_found"): _("The code is not in your pictures. Write it large, and have it in the picture."),
    ("challenge_code", "not_read"): _("Nobody has looked for the code yet. A person does."),
    ("second_view", "one_picture"): _("A second picture was asked for: a few steps aside, then capture again."),
    ("second_view", "same_view"): _("Both pictures are from the same spot. Walk a few steps for the second."),
    ("second_view", "not_matched"): _("Whether both pictures show one scene, a person looks at."),
    ("instruction_text", "talks_to_machines"): _("The picture holds words meant for a machine. A person looks at it."),
    ("instruction_text", "not_read"): _("Nobody has read the words in the picture yet."),
    ("instruction_text", "sees_anything"): _("No machine's word counts on this picture. A person looks at it."),
    ("content", "denied"): _("The picture seems not to show what you say. A person looks at it."),
    ("content", "disagreed"): _("Those who looked do not agree. A person looks at it."),
    ("content", "open"): _("What the picture shows, the buyer looks at."),
    ("witnesses", "disagree"): _("Somebody else saw it differently. A person looks at it."),
    ("witnesses", "too_few"): _("Not enough others have been there yet."),
    ("exif_place", "elsewhere"): _("The file says it was taken elsewhere."),
    ("exif_place", "nothing_to_compare"): _("The file names no place. That is usual."),
    ("exif_time", "another_day"): _("The file says it was taken on another day."),
    ("exif_time", "before_session"): _("The file says it was made before you opened this capture."),
    ("exif_time", "camera_clock"): _("Your camera's clock is wrong."),
    ("exif_time", "nothing_to_compare"): _("The file names no time. That is usual."),
    ("made_in_session", "unbound"): _("Nothing in the file you chose says that it was made now. Use the camera here."),
    ("near_reuse", "own_picture"): _("You handed in this picture before."),
    ("near_reuse", "others_picture"): _("This picture was handed in before."),
    ("near_reuse", "looks_alike"): _("It looks very much like an earlier one. A person compares them."),
    ("near_reuse", "too_plain"): _("It is too plain to be compared with others."),
    ("editor_traces", "generated_trusted"): _("The picture's signed credentials say that a program made it."),
    ("editor_traces", "generated"): _("The file says that a program made it. A person looks at it."),
    ("editor_traces", "screenshot"): _("This is a picture of a screen. Capture the place itself."),
    ("editor_traces", "broken_credentials"): _("The picture was changed after its credentials were made."),
    ("editor_traces", "edited"): _("The file went through an editor. Hand in what the camera made."),
    ("readable", "broken_picture"): _("A file is cut off or damaged. Send it again."),
    ("readable", "decoder_died"): _("A file cannot be read. Send the photo as the camera made it."),
    ("picture_quality", "dark"): _("It is too dark. Capture it again with more light."),
    ("picture_quality", "empty"): _("It shows almost nothing. Is something before the lens?"),
    ("picture_quality", "blurred"): _("It is blurred. Hold still, tap to focus, and capture it again."),
}

_METRES: Final = {
    "distance_m": _("distance from the point"),
    "radius_m": _("allowed"),
    "accuracy_m": _("your place is good to"),
    "gap_m": _("apart"),
}
_PLAIN: Final = {
    "sharpness": _("sharpness"),
    "brightness": _("brightness"),
    "contrast": _("contrast"),
    "fixes": _("times your device told its place"),
    "pictures": _("pictures"),
    "unanswered": _("open questions"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    metres: float | None = None
    number: Number = None
    needed: Number = None


@dataclass(frozen=True, slots=True)
class Told:
    """A check as a page shows it. `mark` is the icon: check, cross or ask."""

    name: str
    outcome: Outcome
    mark: str
    sentence: str
    figures: Sequence[Figure]


_MARKS: Final = {Outcome.PASS: "check", Outcome.FAIL: "cross", Outcome.UNKNOWN: "ask"}


# Nothing of the kind was asked for: a tick there would only be noise.
_BESIDE_THE_POINT: Final = {"not_asked", "nothing_asked", "nobody_to_steer"}


def told(results: Iterable[CheckResult]) -> list[Told]:
    """What failed first, then what nobody could tell, then what is well."""
    order = [Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS]
    shown = (_told(each) for each in results if each.reason not in _BESIDE_THE_POINT)
    return sorted(shown, key=lambda each: order.index(each.outcome))


def name_of(code: str) -> str:
    return str(_NAMES.get(code, code.replace("_", " ").capitalize()))


def sentence_of(result: CheckResult) -> str:
    known = _SENTENCES.get((result.check, result.reason))
    if known is not None:
        return str(known)
    return str(_PASSED.get(result.check, "")) if result.outcome is Outcome.PASS else result.scout


def _told(result: CheckResult) -> Told:
    return Told(
        name=name_of(result.check),
        outcome=result.outcome,
        mark=_MARKS[result.outcome],
        sentence=sentence_of(result),
        figures=tuple(_figures(result)),
    )


def _figures(result: CheckResult) -> Iterable[Figure]:
    """What was measured, then what was allowed. A count of none says nothing, unless some were needed."""
    found = {**result.threshold, **result.numbers}
    for key in (*_METRES, *_PLAIN):
        value = found.get(key)
        if value is None or isinstance(value, bool | str):
            continue
        if key in _METRES:
            yield Figure(str(_METRES[key]), metres=float(value))
        elif key in _PLAIN:
            needed = result.threshold.get(key)
            if value == 0 and needed is None:
                continue
            yield Figure(str(_PLAIN[key]), number=value, needed=None if needed == value else needed)
