"""What every test stands on: a Postgres and a data folder of its own, made once for all workers of a run.

A pytest plugin and not a conftest.py: the settings read the environment when pytest-django loads them, before any
conftest.py is imported.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

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


def pytest_unconfigure() -> None:
    _until_the_end.close()
