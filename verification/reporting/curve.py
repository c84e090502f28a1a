"""The table's curves as a picture: what is found as crops grow, and what another threshold would find and accuse."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

_SIZE = (1200, 520)
_PANEL, _TOP, _LEFT, _GAP = (460, 360), 70, 70, 120
_INK, _GRID = (40, 40, 40), (222, 222, 222)


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    colour: str
    points: tuple[tuple[float, float], ...]  # x in the panel's own range, y a share from 0 to 1


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    below: str  # what x is
    start: float
    end: float
    lines: tuple[Line, ...]
    marked: float | None = None  # an x that is in force


def draw(panels: Sequence[Panel], caption: str, path: Path) -> None:
    picture = Image.new("RGB", _SIZE, "white")
    pen = ImageDraw.Draw(picture)
    pen.text((_LEFT, 18), caption, fill=_INK, font_size=16)
    for number, panel in enumerate(panels):
        _panel(pen, panel, _LEFT + number * (_PANEL[0] + _GAP))
    picture.save(path, "PNG", optimize=True)


def _panel(pen: ImageDraw.ImageDraw, panel: Panel, left: int) -> None:
    wide, high = _PANEL

    def at(x: float, y: float) -> tuple[float, float]:
        return left + wide * (x - panel.start) / (panel.end - panel.start), _TOP + high * (1 - y)

    pen.text((left, _TOP - 24), panel.title, fill=_INK, font_size=15)
    for tenth in range(0, 11, 2):
        share = tenth / 10
        pen.line((at(panel.start, share), at(panel.end, share)), fill=_GRID)
        pen.text((left - 44, at(0, share)[1] - 8), f"{share:.0%}", fill=_INK, font_size=12)
        x = panel.start + (panel.end - panel.start) * share
        pen.line((at(x, 0), at(x, 1)), fill=_GRID)
        pen.text((at(x, 0)[0] - 12, _TOP + high + 6), f"{x:.2f}", fill=_INK, font_size=12)
    pen.text((left, _TOP + high + 26), panel.below, fill=_INK, font_size=13)
    if panel.marked is not None:
        pen.line((at(panel.marked, 0), at(panel.marked, 1)), fill=_INK, width=1)
    for number, line in enumerate(panel.lines):
        pen.line([at(x, y) for x, y in line.points], fill=line.colour, width=3)
        pen.text((left + 12, _TOP + high // 2 - 18 * number), line.name, fill=line.colour, font_size=13)
