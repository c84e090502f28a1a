"""What verification costs: `python -m tests.bench.verification [12 MP JPEG]`. What it finds: `verification_report`.

Costs are ratios to one full Pillow decode of the same 12 MP JPEG on this machine, so that they compare across
machines.
"""

import io
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import psutil
from PIL import Image

from tests.unit.verification.builders import evidence, requirements
from tests.unit.verification.photos.pictures import encoded, scene
from verification.decide import decide
from verification.photos.measure import measure
from verification.photos.pdq import nearest
from verification.photos.sandbox import Sandbox
from verification.policies import Thresholds

LIMITS = Thresholds()


def main() -> None:
    cv2.setNumThreads(1)
    _costs(Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else _twelve_megapixels())
    _search()


def _costs(data: bytes) -> None:
    print(f"one full Pillow decode of a 12 MP JPEG ({len(data) / 1e6:.1f} MB) is the unit; wall and processor time")
    print("(of this process, the child and its forks): on a busy machine only the second is to be trusted")
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
        start, busy, done = time.perf_counter(), _busy(), 0
        while time.perf_counter() - start < 3:
            sandbox.measure(data)
            decide(evidence(), requirements())
            done += 1
        took, worked = time.perf_counter() - start, _busy() - busy
        print(f"checked pictures a second, one child: {done / took:.1f} by the clock, {done / worked:.1f} a core")
        print("    (asked: >= 15 a core)")
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
    decodes: list[float] = []
    busy = decodes_busy = 0.0
    for _ in range(times):
        start, worked = time.perf_counter(), _busy()
        job()
        took.append(time.perf_counter() - start)
        busy += _busy() - worked
        start, worked = time.perf_counter(), _busy()
        _decode(data)
        decodes.append(time.perf_counter() - start)
        decodes_busy += _busy() - worked
    ratio = statistics.median(took) / statistics.median(decodes)
    asked = f"  (asked: {asked})" if asked else ""
    print(f"{name}: {_ms(sorted(took))}, ratio {ratio:.2f}, processor ratio {busy / decodes_busy:.2f}{asked}")


def _busy() -> float:
    """Processor seconds of this process, its children and their forks. Children are counted in hundredths."""
    children = [each.cpu_times() for each in psutil.Process().children()]
    return time.process_time() + sum(
        each.user + each.system + each.children_user + each.children_system for each in children
    )


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
