from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.unit.verification.photos.pictures import decoded, encoded, scene
from verification.reporting.attacks import ATTACKS
from verification.reporting.counting import Half, half_of


def test_the_table_counts_the_half_that_was_asked_for_and_draws_its_curve(tmp_path: Path) -> None:
    folder, curve = tmp_path / "pictures", tmp_path / "curve.png"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.jpg").write_bytes(encoded(scene(number, (480, 400))))
    (folder / "notes.txt").write_text("no picture")
    tuning = [number for number in range(6) if half_of(f"{number}.jpg") is Half.TUNING]
    assert 0 < len(tuning) < 6
    out, err = StringIO(), StringIO()

    call_command("verification_report", folder, half=Half.TUNING, curve=curve, without="zzz", stdout=out, stderr=err)

    told = out.getvalue()
    assert f"n = {len(tuning)} different pictures of the half tuning" in told
    for attack in ATTACKS:
        assert attack.name in told
    assert f"crops up to 20 %, same bounty, place or scout: {4 * len(tuning)} of {4 * len(tuning)}, 100.00%" in told
    assert f"false alarms, everywhere: 0 of {len(tuning) * (len(tuning) - 1)} pairs" in told
    assert decoded(curve.read_bytes()).size == (1200, 520)


def test_a_folder_without_pictures_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no picture of at least 400 pixels"):
        call_command("verification_report", tmp_path, curve=tmp_path / "curve.png")
    with pytest.raises(CommandError, match="is no folder"):
        call_command("verification_report", tmp_path / "nowhere")
