"""How fast a hold is, beside what the same Postgres can do at all. Prints ratios; run it on a quiet machine.

    python -m tests.bench.ledger [--seconds 5] [--rounds 3] [--clients 16] [--processes 2]

The same hold (a new account for the bounty, an entry, two lines, two balances) in several ways, taking turns on one
server, with as many clients each and agents spread evenly. By pgbench, with nothing but a prepared statement:

- bare: one plain statement on tables that have the unique keys and the checks and nothing else: no triggers, no foreign
  keys. What a ledger would cost that trusts whoever writes it.
- statement: one plain statement on the ledger's own tables, with everything that guards them. It can only fail: it
  cannot answer that there is too little, that this was posted before, or that a key's limit is reached.
- function: the one statement that does the whole job on the guarded tables, which is what the operation calls.
- function in a transaction: the same between BEGIN and COMMIT, two more round trips.

By threads of a few processes, as web workers are:

- driver: the same call of the function by psycopg, with its arguments ready made. What is lost to the driver and to
  the interpreter's lock before any code of ours has run.
- operation: `post([rules.hold(...)])`.
- operation in a transaction: the same inside a transaction of the caller's, as a bounty's posting does it.

The floor that is meant by "at least 0.6 of pgbench running the best single statement" is `function`: the best single
statement that does the same job on the same tables. The other ratios are printed beside it.

A commit takes a millisecond: `commit_delay` makes it wait that long before each flush (with the data folder in memory,
where a flush itself takes no time). What that comes to is measured with one client and printed.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psutil

from market.engine.postgres import Postgres
from tests.bench.clients import ONE_MILLISECOND, in_threads, pgbench
from tests.database import ThrowawayPostgres

AGENTS = 2_000

BARE_TABLES = """
CREATE TABLE bare_account (
    id uuid PRIMARY KEY, kind varchar(20) NOT NULL, mode varchar(4) NOT NULL, currency varchar(3) NOT NULL,
    owner_id uuid, subject_id uuid, balance_micros bigint CHECK (balance_micros >= 0),
    UNIQUE (owner_id, subject_id, kind, mode, currency)
);
CREATE TABLE bare_entry (
    id uuid PRIMARY KEY, kind varchar(20) NOT NULL, key varchar(120) NOT NULL UNIQUE, mode varchar(4) NOT NULL,
    currency varchar(3) NOT NULL, at timestamptz NOT NULL
);
CREATE TABLE bare_line (
    entry_id uuid, account_id uuid, kind varchar(20) NOT NULL, mode varchar(4) NOT NULL, currency varchar(3) NOT NULL,
    amount_micros bigint NOT NULL CHECK (amount_micros <> 0), PRIMARY KEY (entry_id, account_id)
);
CREATE INDEX ON bare_line (account_id, entry_id);
INSERT INTO bare_account SELECT id, kind, mode, currency, owner_id, subject_id, balance_micros FROM ledger_account;
CREATE TABLE bench_agent (n int PRIMARY KEY, account_id uuid NOT NULL, owner_id uuid NOT NULL);
INSERT INTO bench_agent SELECT row_number() OVER (ORDER BY id), id, owner_id FROM ledger_account
WHERE kind = 'agent_available';
VACUUM ANALYZE;
"""

BARE = r"""
\set n random(1, {agents})
WITH agent AS (SELECT account_id, owner_id, uuidv7() AS bounty, uuidv7() AS entry FROM bench_agent WHERE n = :n),
paid AS (
    UPDATE bare_account SET balance_micros = balance_micros - 2750000 FROM agent
    WHERE id = agent.account_id AND balance_micros >= 2750000 RETURNING id
),
held AS (
    INSERT INTO bare_account SELECT uuidv7(), 'bounty_held', 'test', 'USD', owner_id, bounty, 2750000 FROM agent, paid
    RETURNING id
),
entry AS (
    INSERT INTO bare_entry SELECT entry, 'hold', E'hold\\x3abnt_' || bounty, 'test', 'USD', now() FROM agent, paid
    RETURNING id
)
INSERT INTO bare_line
SELECT entry.id, paid.id, 'agent_available', 'test', 'USD', -2750000 FROM entry, paid
UNION ALL SELECT entry.id, held.id, 'bounty_held', 'test', 'USD', 2750000 FROM entry, held;
"""

STATEMENT = r"""
\set n random(1, {agents})
WITH agent AS (
    SELECT account_id, owner_id, uuidv7() AS bounty, uuidv7() AS held, uuidv7() AS entry FROM bench_agent WHERE n = :n
),
held AS (
    INSERT INTO ledger_account (id, kind, mode, currency, owner_id, subject_id, balance_micros)
    SELECT held, 'bounty_held', 'test', 'USD', owner_id, bounty, 0 FROM agent
),
entry AS (
    INSERT INTO ledger_entry (id, kind, key, mode, currency, at)
    SELECT entry, 'hold', E'hold\\x3abnt_' || bounty, 'test', 'USD', now() FROM agent
)
INSERT INTO ledger_line (entry_id, account_id, kind, mode, currency, amount_micros, agent_id)
SELECT entry, account_id, 'agent_available', 'test', 'USD', -2750000, owner_id FROM agent
UNION ALL SELECT entry, held, 'bounty_held', 'test', 'USD', 2750000, owner_id FROM agent;
"""

FUNCTION = r"""
\set n random(1, {agents})
SELECT answer.outcome FROM bench_agent AS agent, uuidv7() AS bounty, uuidv7() AS held, uuidv7() AS entry,
LATERAL ledger_post(
    now(), 'test', 'USD', ARRAY[agent.account_id, held], '{{agent_available,bounty_held}}',
    ARRAY[agent.owner_id, agent.owner_id], ARRAY[NULL, bounty],
    ARRAY[entry], '{{hold}}', ARRAY[E'hold\\x3abnt_' || bounty],
    '{{1,1}}', '{{1,2}}', '{{-2750000,2750000}}'
) AS answer WHERE agent.n = :n;
"""
SCRIPTS = {
    "bare": BARE,
    "statement": STATEMENT,
    "function": FUNCTION,
    "function in a transaction": f"BEGIN;{FUNCTION}COMMIT;\n",
}

DRIVER = """
SELECT outcome, facts FROM ledger_post(
    now(), 'test', 'USD', %s::text::uuid[], '{agent_available,bounty_held}', %s::text::uuid[], %s::text::uuid[],
    %s::text::uuid[], '{hold}', %s::text[], '{1,1}', '{1,2}', '{-2750000,2750000}'
)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--processes", type=int, default=2, help="that the clients are threads of, as web workers are")
    options = parser.parse_args()
    memory = Path("/dev/shm")
    if memory.is_dir():
        tempfile.tempdir = str(memory)
    with ThrowawayPostgres(settings=ONE_MILLISECOND) as postgres, tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": postgres.conninfo(), "SIGHTLINE_HOME": folder, "DATABASE_POOL_SIZE": "20"}
        agents = _prepare()
        ways = _ways(postgres, Path(folder), agents, options)
        commit = _commit_milliseconds(postgres)
        print(
            f"one commit: {commit:.2f} ms; {options.clients} clients, {os.cpu_count()} cores, {AGENTS} agents",
            flush=True,
        )
        measured: dict[str, list[float]] = {name: [] for name in ways}
        busy: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(options.rounds):
            for name, run in ways.items():
                before = _server_seconds(postgres)
                measured[name].append(run())
                done = measured[name][-1] * options.seconds
                busy[name].append((_server_seconds(postgres) - before) / done * 1e6)
            print(f"round {number + 1}: " + ", ".join(f"{n} {r[-1]:,.0f}/s" for n, r in measured.items()), flush=True)
        medians = {name: statistics.median(rates) for name, rates in measured.items()}
        _report(medians, {name: statistics.median(each) for name, each in busy.items()})
        return _check()


def _prepare() -> list[UUID]:
    """The schema, and agents with more money than they can set aside here."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from market.accounts.models import Account
    from market.ids import new_id
    from market.ledger import rules
    from market.ledger.operations import post
    from market.ledger.postings import Book

    call_command("migrate", interactive=False, verbosity=0)
    accounts = Account.objects.bulk_create(Account(kind="agent", mode="test") for _ in range(AGENTS))
    ids = [account.id for account in accounts]
    for first in range(0, AGENTS, 500):
        some = ids[first : first + 500]
        grants = [
            rules.faucet(book=Book("test"), agent_id=each, grant_id=new_id(), amount_micros=10**14) for each in some
        ]
        post(grants, at=datetime.now(UTC))
    with connection.cursor() as cursor:
        for statement in BARE_TABLES.split(";\n"):
            if statement.strip():
                cursor.execute(statement)
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    return ids


def _ways(
    postgres: Postgres, folder: Path, agents: list[UUID], options: argparse.Namespace
) -> dict[str, Callable[[], float]]:
    def by_pgbench(name: str, text: str) -> Callable[[], float]:
        script = folder / f"{name.replace(' ', '-')}.sql"
        script.write_text(text.format(agents=AGENTS))
        return lambda: pgbench(postgres, script, clients=options.clients, until=("--time", options.seconds))

    return {name: by_pgbench(name, text) for name, text in SCRIPTS.items()} | {
        "driver": lambda: _in_threads(_by_driver, agents, options),
        "operation": lambda: _in_threads(_by_operation, agents, options),
        "operation in a transaction": lambda: _in_threads(_by_operation_in_transaction, agents, options),
    }


Hold = Callable[[], None]


def _in_threads(way: Callable[[list[UUID]], Hold], agents: list[UUID], options: argparse.Namespace) -> float:
    """Holds per second by as many threads as there are clients; each counts what it finished in its own time."""

    def client(_number: int, begin: Callable[[], None]) -> float:
        return _hold_on(way(agents), options.seconds, begin)

    timeout = options.seconds + 60
    return sum(in_threads(client, clients=options.clients, processes=options.processes, timeout=timeout))


def _hold_on(hold: Hold, seconds: int, begin: Callable[[], None]) -> float:
    import django.db

    for _ in range(5):
        hold()
    begin()
    count, began = 0, time.monotonic()
    while time.monotonic() < began + seconds:
        hold()
        count += 1
    rate = count / (time.monotonic() - began)
    django.db.connection.close()
    return rate


def _by_operation(agents: list[UUID]) -> Hold:
    from market.ids import new_id
    from market.ledger import rules
    from market.ledger.operations import post
    from market.ledger.policies import SlotPrice
    from market.ledger.postings import Book

    choose = random.Random(threading.get_ident()).choice

    def hold() -> None:
        price = SlotPrice(reward_micros=2_500_000, blocked_reward_micros=750_000)
        entry = rules.hold(book=Book("test"), agent_id=choose(agents), bounty_id=new_id(), slots=1, price=price)
        post([entry], at=datetime.now(UTC))

    return hold


def _by_operation_in_transaction(agents: list[UUID]) -> Hold:
    from django.db import transaction

    return transaction.atomic(_by_operation(agents))


def _by_driver(agents: list[UUID]) -> Hold:
    import psycopg
    from django.db import connection

    from market.ids import new_id
    from market.ledger.postings import Book
    from market.ledger.rules import agent_available

    connection.ensure_connection()
    choose = random.Random(threading.get_ident()).choice
    accounts = [(agent.hex, agent_available(Book("test"), agent).hex) for agent in agents]

    def hold() -> None:
        owner, account = choose(accounts)
        bounty, held, entry = new_id().hex, new_id().hex, new_id().hex
        arguments = [f"{{{account},{held}}}", f"{{{owner},{owner}}}", f"{{NULL,{bounty}}}", f"{{{entry}}}"]
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(DRIVER, [*arguments, f"{{hold:bnt_{bounty}}}"], prepare=True)
            row = cursor.fetchone()
        if row is None or row[0] != "posted":
            raise RuntimeError(f"the ledger answered {row}")

    return hold


def _commit_milliseconds(postgres: Postgres) -> float:
    import psycopg

    with psycopg.connect(postgres.conninfo(), autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_commit (n int)")
        times = []
        for n in range(200):
            began = time.monotonic()
            connection.execute("INSERT INTO bench_commit VALUES (%s)", [n])
            times.append(time.monotonic() - began)
    return statistics.median(times) * 1000


def _server_seconds(postgres: Postgres) -> float:
    """Processor time of the server and of all its processes that have ended: each client's is one of these."""
    server = psutil.Process(int((postgres.data / "postmaster.pid").read_text().splitlines()[0]))
    seconds = 0.0
    for child in server.children():
        with suppress(psutil.NoSuchProcess):  # it has ended just now, and is counted below
            seconds += sum(child.cpu_times()[:2])
    ended = server.cpu_times()
    return seconds + ended.children_user + ended.children_system


def _report(rates: dict[str, float], busy: dict[str, float]) -> None:
    for name, rate in rates.items():
        ratios = "   ".join(f"{rate / rates[floor]:.2f} of {floor}" for floor in ("bare", "statement", "function"))
        print(f"{name:28}{rate:8,.0f}/s   {ratios}   {busy[name]:5.0f} us of the server's processor each")
    print(f"asked: operation at least 0.60 of function; measured {rates['operation'] / rates['function']:.2f}")


def _check() -> int:
    """The books are whole after all this."""
    from market.ledger import invariants

    faults = invariants.faults()
    print("the books are whole" if not faults else "\n".join(map(str, faults)))
    return len(faults)


if __name__ == "__main__":
    sys.exit(main())
