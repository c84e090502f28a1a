"""What every test stands on: a Postgres and a data folder of its own, made once for all workers of a run.

A pytest plugin and not a conftest.py: the settings read the environment when pytest-django loads them, before any
conftest.py is imported.
"""

import fcntl
import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.database import ThrowawayPostgres

ROOT = Path(__file__).resolve().parent.parent

_until_the_end = ExitStack()


def _prepare() -> None:
    # In the first process only: the workers of pytest-xdist inherit its environment.
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    os.environ["SIGHTLINE_HOME"] = _until_the_end.enter_context(
        tempfile.TemporaryDirectory(prefix="sightline-home-", ignore_cleanup_errors=True)
    )
    os.environ["DATABASE_URL"] = _until_the_end.enter_context(ThrowawayPostgres()).conninfo()
    os.environ["DATABASE_POOL_SIZE"] = "30"
    os.environ["WEBHOOK_ALLOWED_NETWORKS"] = "127.0.0.0/8"  # the receivers of the tests
    subprocess.run([sys.executable, "manage.py", "build_pages", "--verbosity", "0"], cwd=ROOT, check=True)


_prepare()


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """What is loaded to collect the tests stays until the end: nobody has to look whether it is rubbish, which takes a
    quarter of the time of collecting, and then half a second again and again."""
    if session.config.pluginmanager.has_plugin("dsession"):
        return (yield)  # the process that hands the tests out collects none
    gc.disable()
    try:
        with _the_first_writes_bytecode():
            return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that at the end of a run no process waits for another one's long test. Only
    what does without this process's database: the order of the others, which pytest-django makes, has its reasons."""
    items.sort(key=_when)


def _when(item: pytest.Item) -> int:
    if item.get_closest_marker("django_db") or not {"db", "transactional_db"}.isdisjoint(_fixtures(item)):
        return 3
    if item.path.is_relative_to(ROOT / "tests" / "integration" / "engine"):
        return 0
    if item.path.is_relative_to(ROOT / "tests" / "browser"):
        return 1
    return 2 if item.get_closest_marker("engine") else 3


def _fixtures(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []


@contextmanager
def _the_first_writes_bytecode() -> Iterator[None]:
    """pytest rewrites every assertion before it compiles. One process of a run does it, and the others read what it has
    kept: where no bytecode may be written by the way, each would do it for itself, and else all of them side by side.
    """
    kept = Path(os.environ["SIGHTLINE_HOME"]) / "bytecode-is-kept"
    with kept.with_name("keeping-bytecode").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not kept.exists():
            before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
            try:
                yield
            finally:
                sys.dont_write_bytecode = before
                kept.touch()
            return
    yield


def pytest_unconfigure() -> None:
    _until_the_end.close()
