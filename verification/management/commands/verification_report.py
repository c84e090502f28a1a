"""`verification_report DIR`: attacks against detection over a folder of pictures, with false alarms, and a curve.

Nothing of the folder is kept; pictures are decoded in the sandbox. Figures for others are those of the held-out half.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
from django.core.management.base import BaseCommand, CommandError, CommandParser
from PIL import Image

from verification.photos.formats import RefusedPicture
from verification.photos.sandbox import Sandbox
from verification.reporting.attacks import ATTACKS, CROPS, Attack, cropped
from verification.reporting.counting import LIMITS, SHORTEST_SIDE, Alarms, Half, Row, alarms, half_of, rows, specimens
from verification.reporting.curve import Line, Panel, draw
from verification.searching.comparing import MOST_NEIGHBOURS, MOST_SKETCHED

_LONGEST = 1600
_WIDER_CROPS = (0.30, 0.40, 0.50)
_SEEN_BOTH = """\
every threshold was set on the tuning half, but for copy_share: it stands above the likest frames of a walk in both
    halves, so what is found here and what is an alarm is held out, and which of it is a rejection is not"""
_ASKED_NEAR, _ASKED_EVERYWHERE, _ASKED_ALARMS = 0.97, 0.95, 0.001


class Command(BaseCommand):
    help = "Count how many changed copies of a folder's pictures are found, and how many others are called copies."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--half",
            type=Half,
            choices=list(Half),
            default=Half.HELD_OUT,
            help="Which pictures, by the hash of their file names. Tune on `tuning` only; tell others `held-out`.",
        )
        parser.add_argument(
            "--without", default="", help="Leave out pictures whose path in the folder begins with this."
        )
        parser.add_argument(
            "--curve", type=Path, default=Path("verification_report.png"), help="Where the curve is drawn."
        )

    def handle(self, *args: Any, folder: Path, half: Half, without: str, curve: Path, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        cv2.setNumThreads(1)
        # RANSAC draws lots: the same pictures shall give the same table.
        cv2.setRNGSeed(1)
        known, twice = specimens(self._pictures(folder, half, without))
        if not known:
            raise CommandError(f"There is no picture of at least {SHORTEST_SIDE} pixels in this half of {folder}.")
        self.stdout.write(f"n = {len(known)} different pictures of the half {half} (sha256 of the file name)")
        self.stdout.write(f"left out, being another one's twin: {', '.join(twice) or 'none'}\n")
        self.stdout.write(f"{'attack':26}{'same bounty, place, scout':>28}{'everywhere':>16}")
        counted = [self._told(row) for row in rows(known)]
        self._sum("crops up to 20 %, same bounty, place or scout", [r for r in counted if r.attack.crop], near=True)
        self._sum("every attack, same bounty, place or scout", counted, near=True)
        self._sum("asked for everywhere", [row for row in counted if row.attack.everywhere], near=False)
        wrong = alarms(known)
        self._tell_alarms(wrong)
        self._tell_sketches(counted, wrong)
        self.stdout.write(_SEEN_BOTH)
        wider = [
            Attack(f"cropped by {share:.0%}", cropped(share), everywhere=False, crop=share) for share in _WIDER_CROPS
        ]
        crops = [row for row in counted if row.attack.crop] + list(rows(known, wider))
        draw(_panels(crops, counted, wrong), f"n = {len(known)}, {half}; {wrong.count} pairs of others", curve)
        self.stdout.write(f"curve: {curve}")

    def _pictures(self, folder: Path, half: Half, without: str) -> Iterator[tuple[str, Image.Image]]:
        with Sandbox() as sandbox:
            for path in sorted(each for each in folder.rglob("*") if each.is_file()):
                name = path.relative_to(folder).as_posix()
                if half not in (Half.ALL, half_of(path.name)) or (without and name.startswith(without)):
                    continue
                try:
                    copy = sandbox.working_copy(path.read_bytes(), longest=_LONGEST, quality=95)
                except RefusedPicture as refusal:
                    self.stderr.write(f"not counted: {name}: {refusal.code}")
                    continue
                picture = Image.open(io.BytesIO(copy))
                if min(picture.size) >= SHORTEST_SIDE:
                    yield name, picture

    def _told(self, row: Row) -> Row:
        found = (row.count - len(row.missed_near), row.count - len(row.missed_everywhere))
        near, everywhere = (f"{each} of {row.count} {each / row.count:6.1%}" for each in found)
        self.stdout.write(f"{row.attack.name:26}{near:>28}{everywhere:>20}")
        missed = row.missed_everywhere if row.attack.everywhere else row.missed_near
        for name in missed:
            self.stdout.write(f"    missed: {name}")
        self.stdout.flush()
        return row

    def _sum(self, name: str, counted: list[Row], *, near: bool) -> None:
        total = sum(row.count for row in counted)
        found = total - sum(len(row.missed_near if near else row.missed_everywhere) for row in counted)
        asked = _ASKED_NEAR if near else _ASKED_EVERYWHERE
        self.stdout.write(f"{name}: {found} of {total}, {found / total:.2%} (asked: {asked:.0%})")

    def _tell_alarms(self, wrong: Alarms) -> None:
        for name, found in (("same bounty, place or scout", wrong.near), ("everywhere", wrong.everywhere)):
            share = len(found) / max(wrong.count, 1)
            asked = f"asked: < {_ASKED_ALARMS:.1%}"
            self.stdout.write(f"false alarms, {name}: {len(found)} of {wrong.count} pairs, {share:.3%} ({asked})")
            for pair in found:
                self.stdout.write(f"    alarm: {pair}")

    def _tell_sketches(self, counted: list[Row], wrong: Alarms) -> None:
        total = sum(row.count for row in counted)
        named = total - sum(len(row.unnamed) for row in counted)
        share = wrong.named / max(wrong.count, 1)
        self.stdout.write(f"named by their sketch among neighbours: copies {named} of {total}, {named / total:.2%};")
        self.stdout.write(
            f"    others {wrong.named} of {wrong.count} pairs, {share:.2%}: of {MOST_SKETCHED} neighbours"
            f" about {share * MOST_SKETCHED:.0f}, and the {MOST_NEIGHBOURS} likest are compared point by point"
        )


def _panels(crops: list[Row], counted: list[Row], wrong: Alarms) -> tuple[Panel, Panel]:
    def by_crop(missed: str) -> tuple[tuple[float, float], ...]:
        return tuple((row.attack.crop, 1 - len(getattr(row, missed)) / row.count) for row in crops)

    def by_share(found: Sequence[Any]) -> tuple[tuple[float, float], ...]:
        enough = [each.inlier_share for each in found if (each.inliers or 0) >= LIMITS.copy_inliers]
        steps = [step / 100 for step in range(0, 101, 2)]
        return tuple((step, sum(share >= step for share in enough) / max(len(found), 1)) for step in steps)

    asked = [each for row in counted for each in row.resemblances]
    return (
        Panel(
            "found, by the share that is cropped away",
            "cropped away",
            0.0,
            _WIDER_CROPS[-1],
            (
                Line("everywhere (PDQ, then points)", "#b3541e", by_crop("missed_everywhere")),
                Line("same bounty, place or scout (points)", "#1e6fb3", by_crop("missed_near")),
            ),
            marked=CROPS[-1],
        ),
        Panel(
            "called a copy, by the threshold on points that agree",
            "share of matched points explained by one movement; the line: in force",
            0.0,
            1.0,
            (
                Line("other pictures (false alarms)", "#b31e3d", by_share(wrong.resemblances)),
                Line(f"copies, all {len(ATTACKS)} attacks", "#1e8a3d", by_share(asked)),
            ),
            marked=LIMITS.copy_share,
        ),
    )
