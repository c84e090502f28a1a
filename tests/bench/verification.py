"""What verification costs and what it finds: `python -m tests.bench.verification [folder of pictures]`.

Costs are ratios to one full Pillow decode of the same 12 MP JPEG on this machine, so that they compare across
machines. The table of attacks counts, for every picture of the folder, what near_reuse would find; every miss is
named. A picture on which a threshold was tuned proves nothing: take a folder nobody tuned on.
"""

import io
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import psutil
from PIL import Image, ImageDraw

from tests.unit.verification.builders import evidence, requirements
from tests.unit.verification.photos.pictures import CORPUS, encoded, scene
from verification.decide import decide
from verification.photos.features import copied, unpacked
from verification.photos.formats import RefusedPicture
from verification.photos.measure import Measured, measure
from verification.photos.pdq import distance, nearest
from verification.photos.sandbox import Sandbox
from verification.policies import Thresholds

LIMITS = Thresholds()
Change = Callable[[Image.Image], Image.Image]


def main() -> None:
    cv2.setNumThreads(1)
    _costs()
    _search()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS / "OpenSfM"
    if folder.is_dir():
        _attacks(folder)
    else:
        print("no table of attacks: there is no folder of pictures")


def _costs() -> None:
    data = _twelve_megapixels()
    print(
        f"one full Pillow decode of a 12 MP JPEG ({len(data) / 1e6:.1f} MB) is the unit; wall time, and processor time"
    )
    print("where all work is in this process: on a busy machine only the second is to be trusted")
    with Sandbox() as sandbox:
        sandbox.measure(data)
        rows: list[tuple[str, Callable[[], object], int, str]] = [
            ("measure one photo, here", lambda: measure(data), 15, "<= 1.00"),
            ("measure one photo, in the child", lambda: sandbox.measure(data), 25, "<= 1.00, p95 < 150 ms"),
            ("all checks and the verdict", lambda: decide(evidence(), requirements()), 15, ""),
            ("working copy, in the child", lambda: sandbox.working_copy(data), 5, "apart"),
            ("delivery copy with blur, in the child", lambda: sandbox.deliver(data), 5, "apart"),
        ]
        for name, job, times, asked in rows:
            _against_a_decode(name, job, data, times, asked)
        start, done = time.perf_counter(), 0
        while time.perf_counter() - start < 3:
            sandbox.measure(data)
            done += 1
        print(f"checked pictures a second, one child: {done / (time.perf_counter() - start):.1f}  (asked: >= 15)")
        child = psutil.Process(psutil.Process().children()[0].pid)
        print(f"memory: here {_megabytes(psutil.Process()):.0f} MB, child {_megabytes(child):.0f} MB  (asked: < 400)")


def _search() -> None:
    dice = np.random.default_rng(1)
    stored = dice.integers(0, 2**64, (1_000_000, 4), dtype=np.uint64)
    forms = dice.integers(0, 2**64, (8, 4), dtype=np.uint64)
    stored[12_345] = forms[3]
    for count, asked in ((1, 60), (8, 250)):
        took = _seconds(lambda: nearest(stored, forms[:count], within=LIMITS.candidate_bits), 7)  # noqa: B023
        print(f"near-duplicates over 1M hashes, {count} forms: {_ms(took)}  (asked: < {asked} ms)")
    assert [row for row, _, _ in nearest(stored, forms, within=LIMITS.candidate_bits)] == [12_345]


def _attacks(folder: Path) -> None:
    pictures = {str(path.relative_to(folder)): _readable(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    originals = {name: each for name, each in pictures.items() if each is not None}
    known = {name: measure(encoded(each, quality=92)) for name, each in originals.items()}
    print(
        f"\nattack                 found by points   candidate by hash   of {len(originals)} pictures in {folder.name}"
    )
    for attack, change in ATTACKS.items():
        by_points, by_hash, missed = 0, 0, []
        for name, picture in originals.items():
            ours = measure(encoded(change(picture), quality=60 if attack == "recompress" else 88))
            point, bit = _is_copy(ours, known[name]), _is_near(ours, known[name])
            by_points, by_hash = by_points + point, by_hash + bit
            if not point and not bit:
                missed.append(name)
        print(f"{attack:22} {by_points:15} {by_hash:19}   missed: {', '.join(missed) or 'none'}")
    alarms = [
        f"{one} ~ {other}"
        for one, ours in known.items()
        for other, theirs in known.items()
        if one != other and (_is_copy(ours, theirs) or (_is_near(ours, theirs) and not _asked(ours, theirs)))
    ]
    pairs = len(known) * (len(known) - 1)
    print(f"false alarms           {len(alarms)} of {pairs} pairs: {', '.join(alarms[:20]) or 'none'}")


def _cropped(share: float) -> Change:
    def crop(picture: Image.Image) -> Image.Image:
        # A different corner for each picture, the same one in every run. `share` of the area goes.
        dice = random.Random(picture.tobytes()[:4096])
        keep = (1 - share) ** 0.5
        wide, high = int(picture.width * keep), int(picture.height * keep)
        left, top = dice.randint(0, picture.width - wide), dice.randint(0, picture.height - high)
        return picture.crop((left, top, left + wide, top + high))

    return crop


def _captioned(picture: Image.Image) -> Image.Image:
    copy = picture.copy()
    high = copy.height // 12
    draw = ImageDraw.Draw(copy)
    draw.rectangle((0, copy.height - high, copy.width, copy.height), fill="black")
    draw.text((20, copy.height - high + 5), "seen today, all quiet", fill="white", font_size=max(12, high // 2))
    return copy


def _framed(picture: Image.Image) -> Image.Image:
    screen = Image.new("RGB", (picture.width, int(picture.height * 1.3)), "black")
    screen.paste(picture, (0, int(picture.height * 0.15)))
    return screen


ATTACKS: dict[str, Change] = {
    "metadata only": lambda each: each,
    "recompress": lambda each: each,
    "resize to 50 %": lambda each: each.resize((each.width // 2, each.height // 2)),
    "caption": _captioned,
    "mirror": lambda each: each.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "rotate 90": lambda each: each.transpose(Image.Transpose.ROTATE_90),
    "rotate 5": lambda each: each.rotate(5),
    "crop 5 %": _cropped(0.05),
    "crop 10 %": _cropped(0.10),
    "crop 20 %": _cropped(0.20),
    "screenshot frame": _framed,
}


def _is_copy(ours: Measured, theirs: Measured) -> bool:
    likeness = copied(unpacked(ours.features), unpacked(theirs.features))
    return likeness.copy_inliers >= LIMITS.copy_inliers and likeness.copy_share >= LIMITS.copy_share


def _is_near(ours: Measured, theirs: Measured) -> bool:
    if ours.facts.hash_quality < LIMITS.hash_quality:
        return False
    stored = theirs.facts.hashes["original"]
    return min(distance(form, stored) for form in ours.facts.hashes.values()) <= LIMITS.candidate_bits


def _asked(ours: Measured, theirs: Measured) -> bool:
    """Whether the points could be compared at all; where they could, they have the last word."""
    return ours.facts.features_count > 0 and theirs.facts.features_count > 0


def _readable(path: Path) -> Image.Image | None:
    try:
        measure(path.read_bytes())
        picture = Image.open(path).convert("RGB")
    except (RefusedPicture, OSError):
        return None
    if min(picture.size) < 400:
        return None  # a thumbnail is nobody's submission
    picture.thumbnail((1600, 1600))
    return picture


def _twelve_megapixels() -> bytes:
    # Fine structure as in a photo of leaves or gravel: a drawing alone would decode too fast to compare with.
    drawn = scene(9, (2016, 1512)).resize((4032, 3024), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((4032, 3024), 22).convert("RGB")
    return encoded(Image.blend(drawn, grain, 0.25), quality=90)


def _decode(data: bytes) -> None:
    Image.open(io.BytesIO(data)).load()


def _against_a_decode(name: str, job: Callable[[], object], data: bytes, times: int, asked: str) -> None:
    """Job and decode in turns, so that whatever else this machine does weighs on both."""
    took: list[float] = []
    busy: list[float] = []
    decodes: list[float] = []
    decodes_busy: list[float] = []
    for _ in range(times):
        for each, walls, processor in ((job, took, busy), (lambda: _decode(data), decodes, decodes_busy)):
            start, processor_start = time.perf_counter(), time.process_time()
            each()
            walls.append(time.perf_counter() - start)
            processor.append(time.process_time() - processor_start)
    ratio = statistics.median(took) / statistics.median(decodes)
    here = statistics.median(busy) / statistics.median(decodes_busy)
    only_here = "" if name.endswith("child") else f", processor ratio {here:.2f}"
    print(f"{name}: {_ms(sorted(took))}, ratio {ratio:.2f}{only_here}  {f'(asked: {asked})' if asked else ''}")


def _seconds(job: Callable[[], object], times: int) -> list[float]:
    took = []
    for _ in range(times):
        start = time.perf_counter()
        job()
        took.append(time.perf_counter() - start)
    return sorted(took)


def _ms(took: list[float]) -> str:
    return f"median {statistics.median(took) * 1e3:.1f} ms, p95 {took[int(0.95 * (len(took) - 1))] * 1e3:.1f} ms"


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
