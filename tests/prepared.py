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
from market.engine.postgres import Postgres
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
    for part in (*_pages(_home()), _home() / "made"):
        copy(part, home / part.relative_to(_home()))
    if with_postgres:
        copy(postgres(), Layout(home).postgres)


def _home() -> Path:
    made = config.home / "prepared"
    migrated = database()
    with _alone():
        if not made.exists():
            unfinished = config.home / "unfinished"
            for part in _pages(config.home):  # which tests/world.py has made
                copy(part, unfinished / part.relative_to(config.home))
            server = ThrowawayPostgres()
            with server as running:
                _restore(migrated, running)
                _manage("prepare", "--no-demo", DATABASE_URL=running.conninfo(), SIGHTLINE_HOME=str(unfinished))
                server.keep(running, Layout(unfinished).postgres)
            unfinished.rename(made)
    return made


def _pages(home: Path) -> tuple[Path, ...]:
    return Layout(home).static, home / "locale", Layout(home).run / "static-made-of"


def _restore(migrated: str, server: Postgres) -> None:
    """A database of this run's server on another one: some two hundred migrations are not done a second time."""
    with psycopg.connect(_on_the_server("postgres"), autocommit=True) as own:
        own.execute("DROP DATABASE IF EXISTS dumped")
        own.execute(f"CREATE DATABASE dumped TEMPLATE {migrated}")  # one that can be connected to
    dump = [str(server.programs / "pg_dump"), "--dbname", _on_the_server("dumped")]
    dumped = subprocess.run(dump, stdout=subprocess.PIPE, check=True).stdout
    restore = [str(server.programs / "psql"), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]
    subprocess.run([*restore, "--dbname", server.conninfo()], input=dumped, stdout=subprocess.DEVNULL, check=True)


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
