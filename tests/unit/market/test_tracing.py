"""Tracing costs nothing where it is not asked for. What it sends: tests/integration/market/test_served.py."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from market.config import ROOT

_LOADED = """
import sys
import {module}
from market import roles
roles.play("worker")
from django.test import Client
assert Client(headers={{"host": "localhost"}}).get("/healthz").status_code == 200
# The protocol for models brings the bare API, in which nothing is done; what traces and sends is the rest.
parts = {{".".join(name.split(".")[:2]) for name in sys.modules if name.split(".")[0] in ("opentelemetry", "grpc")}}
print(sorted(parts & {{"grpc", "opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.instrumentation"}}))
"""


@pytest.mark.parametrize("module", ["market.wsgi", "market.asgi"])
def test_nothing_of_opentelemetry_is_imported_without_a_collector(module: str, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", _LOADED.format(module=module)],
        cwd=ROOT,
        env={**environment, "SIGHTLINE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
