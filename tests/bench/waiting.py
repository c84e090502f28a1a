"""How soon 1,000 waiters of one process are woken: `python -m tests.bench.waiting`.

Waiters in this process, commits in another; from the moment the commit has returned to the moment the waiter goes on,
by the clock both share. First one account at a time, then all at once, then with 16 writers busy on other accounts.
"""

import asyncio
import statistics
import subprocess
import sys
import threading
import time
from uuid import UUID

from tests.bench.here import a_house_in_earnest
from tests.workers import ROOT

WAITERS = 1_000
ROUNDS = 200

WRITER = """
import sys, time, uuid, os
import django
django.setup()
from django.db import transaction
from market import clock
from market.events import wakeups
from market.events.operations import append
for line in sys.stdin:
    with transaction.atomic():
        for account in line.split():
            append(account_id=uuid.UUID(account), type="bench.told", data={}, at=clock.now())
    print(time.monotonic(), flush=True)
"""

BUSY = """
import sys, uuid, time, threading
import django
django.setup()
from django.db import connection, transaction
from market import clock
from market.events.operations import append
accounts = [uuid.UUID(word) for word in sys.argv[2:]]
until = time.monotonic() + float(sys.argv[1])
counts = []
def write(account):
    done = 0
    while time.monotonic() < until:
        with transaction.atomic():
            append(account_id=account, type="bench.noise", data={}, at=clock.now())
        done += 1
        time.sleep(0.02)
    counts.append(done)
    connection.close()
threads = [threading.Thread(target=write, args=[account]) for account in accounts]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(sum(counts))
"""


def main() -> None:
    with a_house_in_earnest():
        from market.accounts.models import Account

        accounts = Account.objects.bulk_create([Account(kind="agent", mode="test") for _ in range(WAITERS + 16)])
        asyncio.run(bench([account.id for account in accounts]))


async def bench(accounts: list[UUID]) -> None:
    from market.events import waiting

    waiting.SLOW_LOOK_SECONDS = 600
    accounts, noisy = accounts[:WAITERS], accounts[WAITERS:]
    writer = await asyncio.to_thread(start, WRITER)
    cursors: dict[UUID, str | None] = dict.fromkeys(accounts)
    woken: asyncio.Queue[float] = asyncio.Queue()
    assert writer.stdin is not None
    assert writer.stdout is not None
    stdin, stdout = writer.stdin, writer.stdout

    async def wait(account: UUID) -> None:
        while True:
            page = await waiting.wait_for_events(account_id=account, cursor=cursors[account], within=600)
            cursors[account] = page.next
            woken.put_nowait(time.monotonic())

    async def tell(told: list[UUID]) -> list[float]:
        def write() -> float:
            stdin.write(" ".join(map(str, told)) + "\n")
            stdin.flush()
            return float(stdout.readline())

        committed = await asyncio.to_thread(write)
        times = [await woken.get() for _ in told]
        return [(at - committed) * 1000 for at in times]

    async with waiting.listening():
        tasks = [asyncio.create_task(wait(account)) for account in accounts]
        await tell(accounts[:10])
        await tell(accounts[:10])
        print(f"{WAITERS} waiters, {threading.active_count()} threads in the process")
        report("one at a time", [ms for n in range(ROUNDS) for ms in await tell([accounts[n]])])
        report("all at once, one transaction", await tell(accounts))
        noise = await asyncio.to_thread(start, BUSY, "8", *map(str, noisy))
        await asyncio.sleep(1.5)
        began = time.monotonic()
        times: list[float] = []
        while time.monotonic() - began < 5:
            times += await tell([accounts[len(times) % WAITERS]])
        report("one at a time, 16 other writers busy", times)
        print("   others committed", noise.communicate()[0].strip(), "times in 8 s")
        for task in tasks:
            task.cancel()
    stdin.close()
    writer.wait()


def start(code: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *words], cwd=ROOT, stdin=-1, stdout=-1, text=True)


def report(title: str, times: list[float]) -> None:
    times = sorted(times)
    print(
        f"{title}: n={len(times)} median {statistics.median(times):.1f} ms"
        f" p95 {times[int(len(times) * 0.95)]:.1f} ms max {times[-1]:.1f} ms"
    )


if __name__ == "__main__":
    main()
