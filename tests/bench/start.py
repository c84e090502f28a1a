"""What a start costs: processor seconds and memory of a whole house, the first time and the second.

    python -m tests.bench.start

The time is of everything that was started, what has ended by then too, until nothing more is loaded.
"""

import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from market.config import Config
from tests.integration.engine.running import RunningHouse, until

_PROCESSES = {
    name.upper(): str(Config.model_fields[name].get_default()) for name in ("web_processes", "task_processes")
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sightline-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # run as root, the database is another user, who has to pass through
        for number in ("first", "second"):
            house = RunningHouse(Path(folder) / "home", **_PROCESSES)
            try:
                house.wait_until_up()
                seconds = _settled(house)
                print(f"{number}: {seconds:.1f} s of a processor, {_megabytes(house):.0f} MB", flush=True)
                house.stop()
            finally:
                house.clean_up()


def _settled(house: RunningHouse) -> float:
    """Once the workers that were started last have loaded everything too, and only wait."""
    before = [0.0]

    def is_quiet() -> bool:
        with suppress(psutil.TimeoutExpired):
            house_process.wait(2)
        before.append(_seconds(house))
        return before[-1] - before[-2] < 0.2

    house_process = psutil.Process(house.process.pid)
    until(is_quiet, what="a house that only waits")
    return before[-1]


def _seconds(house: RunningHouse) -> float:
    return sum(sum(each.cpu_times()[:4]) for each in _all(house))


def _megabytes(house: RunningHouse) -> float:
    """Each process' own: what several share is counted once in part by each."""
    return float(sum(each.memory_full_info().pss for each in _all(house))) / 2**20


def _all(house: RunningHouse) -> list[psutil.Process]:
    top = psutil.Process(house.process.pid)
    return [top, *top.children(recursive=True)]


if __name__ == "__main__":
    main()
