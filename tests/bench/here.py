"""What a bench that needs a database in earnest stands on: its own Postgres, which flushes to disk, and our schema."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests.database import ThrowawayPostgres
from tests.workers import ROOT


@contextmanager
def a_house_in_earnest() -> Iterator[int]:
    """Its Postgres' process id. Django is set up in here, not before: the settings read where the database is."""
    server = ThrowawayPostgres(settings=())
    with tempfile.TemporaryDirectory() as home, server as postgres:
        os.environ |= {
            "SIGHTLINE_HOME": home,
            "DATABASE_URL": postgres.conninfo(),
            "DJANGO_SETTINGS_MODULE": "market.settings",
            "LOG_LEVEL": "WARNING",
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=True)
        import django

        django.setup()
        yield server.pid
