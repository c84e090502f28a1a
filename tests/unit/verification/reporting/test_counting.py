from PIL import Image

from tests.unit.verification.photos.pictures import decoded, scene
from verification.evidence import FoundBy
from verification.photos.likeness import Resemblance
from verification.reporting import counting
from verification.reporting.attacks import ATTACKS, Attack, saved
from verification.reporting.counting import Half, caught, half_of


def test_the_name_alone_says_to_which_half_a_picture_belongs() -> None:
    halves = [half_of(f"{number}.jpg") for number in range(400)]
    assert halves == [half_of(f"{number}.jpg") for number in range(400)]
    assert 150 < halves.count(Half.HELD_OUT) < 250
    assert half_of("IMG_5195.HEIC") is Half.HELD_OUT  # written down: it must be the same on every machine


def test_a_picture_that_is_there_twice_counts_once() -> None:
    kept, twice = counting.specimens([("a", scene(1)), ("b", scene(2)), ("c", scene(1).resize((900, 675)))])
    assert ([each.name for each in kept], twice) == (["a", "b"], ["c = a"])


def test_an_attack_does_the_same_every_time_and_changes_the_file() -> None:
    picture = scene(3, (800, 600))
    for attack in ATTACKS:
        assert attack.change(picture) == attack.change(picture), attack.name
        assert attack.change(picture) != saved(picture), attack.name


def test_other_metadata_leave_every_pixel_as_it_was() -> None:
    picture = scene(3, (800, 600))
    (relabelled,) = (attack.change(picture) for attack in ATTACKS if attack.name == "metadata edited")
    assert decoded(relabelled).getexif()[0x010F] == "Another maker"
    assert decoded(relabelled).info["comment"] == b"taken just now"
    assert decoded(relabelled).tobytes() == decoded(saved(picture)).tobytes()


def test_what_is_missed_is_named_and_what_is_too_plain_says_so() -> None:
    known, _ = counting.specimens([("town", scene(4)), ("wall", Image.new("RGB", (800, 600), "grey"))])
    destroyed = Attack("burnt", lambda each: saved(scene(5)), everywhere=True)
    kept, lost = counting.rows(known, [ATTACKS[0], destroyed])
    assert kept.missed_near == kept.missed_everywhere == ("wall (too plain to compare: it goes to review)",)
    assert lost.missed_near == ("town", "wall")


def test_different_pictures_raise_no_alarm_and_a_copy_among_them_does() -> None:
    others, _ = counting.specimens([("a", scene(6)), ("b", scene(7))])
    assert (counting.alarms(others).near, counting.alarms(others).count) == ((), 2)
    # Cropped, so that it is no twin by its pixels.
    with_copy, _ = counting.specimens([("a", scene(6)), ("a cropped", scene(6).crop((150, 100, 1150, 850)))])
    assert counting.alarms(with_copy).near == ("a ~ a cropped", "a cropped ~ a")


def test_the_search_everywhere_compares_what_the_hash_names_and_nothing_else() -> None:
    (known,), _ = counting.specimens([("a", scene(8))])
    far_by_hash = Resemblance(hash_distance=100, form="original", inliers=300, inlier_share=0.95, inlier_spread_px=0.5)
    assert caught(far_by_hash, known.measured, FoundBy.NEIGHBOURHOOD)
    assert not caught(far_by_hash, known.measured, FoundBy.EVERYTHING)
