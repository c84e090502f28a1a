"""How long a task takes from being sent to being done by a real worker: `python -m tests.bench.task_round_trip`.

One after another, with an embedded Postgres that flushes to disk as in earnest. First the bare message, then work: a
row written in a transaction, a message after the commit, the row taken and done. Then a burst, for the throughput.
"""

import statistics
import time
from collections.abc import Callable

from tests.bench.here import a_house_in_earnest
from tests.workers import workers

ROUNDS = 200
BURST = 200


def main() -> None:
    with a_house_in_earnest():
        from django.db import transaction

        from market.work.operations import enqueue
        from tests.worker_app import echo

        with workers({"LOG_LEVEL": "INFO"}) as house:
            house.worker()
            listener = house.listener()

            def work() -> None:
                with transaction.atomic():
                    enqueue(kind="tell", subject=listener.address)

            measure("message", lambda: echo.delay(listener.address), listener.hear)
            measure("work", work, listener.hear)
            began = time.perf_counter()
            for _ in range(BURST):
                echo.delay(listener.address)
            sent = time.perf_counter() - began
            for _ in range(BURST):
                listener.hear()
            print(f"burst of {BURST}: sent in {sent:.2f} s, done in {time.perf_counter() - began:.2f} s")


def measure(title: str, send: Callable[[], object], hear: Callable[[], object]) -> None:
    times = []
    for number in range(ROUNDS + 10):
        began = time.perf_counter()
        send()
        hear()
        if number >= 10:
            times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.03)
    times.sort()
    print(
        f"{title}: n={ROUNDS} median {statistics.median(times):.1f} ms p95 {times[int(ROUNDS * 0.95)]:.1f} ms"
        f" max {times[-1]:.1f} ms"
    )


if __name__ == "__main__":
    main()
