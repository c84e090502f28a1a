"""A migrated database, and a house that was up before: made once for a run, by whoever needs them first, and copied.

That all of it also comes of nothing is shown once, by tests/integration/engine/test_first_result.py; wherever else a
house begins, it would only take its ten seconds of a processor again.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from market.config import ROOT, config
from market.engine import home as engine
from market.engine.layout import Layout
from tests.database import ThrowawayPostgres, copy

_DATABASE = "migrated"


def database() -> str:
    """The name of a migrated database on this run's server: nobody connects to it, so it can be copied at any time."""
    with _alone(), psycopg.connect(_on_the_server("postgres"), autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone():
            server.execute("DROP DATABASE IF EXISTS unfinished")
            server.execute("CREATE DATABASE unfinished")
            _manage("migrate", "--verbosity", "0", DATABASE_URL=_on_the_server("unfinished"))
            server.execute("ALTER DATABASE unfinished WITH ALLOW_CONNECTIONS false")
            server.execute(f"ALTER DATABASE unfinished RENAME TO {_DATABASE}")
    return _DATABASE


def postgres() -> Path:
    """The folder of a server that does not run, with a migrated database in it."""
    return Layout(_home()).postgres


def furnish(home: Path, *, with_postgres: bool = False) -> None:
    """Put there what a house has made for itself before it stopped: its pages, and where it keeps one its database."""
    engine.prepare(Layout(home))
    with engine.locked(Layout(home)):
        pass  # which leaves what a home is known by
    for part in (Layout(_home()).static, _home() / "locale", _home() / "made", Layout(_home()).run / "static-made-of"):
        copy(part, home / part.relative_to(_home()))
    if with_postgres:
        copy(postgres(), Layout(home).postgres)


def _home() -> Path:
    made = config.home / "prepared"
    with _alone():
        if not made.exists():
            server = ThrowawayPostgres()
            with server as running:
                unfinished = config.home / "unfinished"
                _manage("prepare", "--no-demo", DATABASE_URL=running.conninfo(), SIGHTLINE_HOME=str(unfinished))
                server.keep(running, Layout(unfinished).postgres)
            unfinished.rename(made)
    return made


@contextmanager
def _alone() -> Iterator[None]:
    """The processes of a run share what is made, and one of them makes it."""
    with (config.home / "preparing").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _on_the_server(name: str) -> str:
    return make_conninfo("", **{**config.database, "dbname": name})


def _manage(*words: str, **environment: str) -> None:
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env={**os.environ, **environment}, check=True)
