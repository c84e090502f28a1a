"""What a process loads at its start: nothing that only somebody else uses, or that is not asked for. Every start pays
for it, in time and in memory. What tracing sends where it is asked for: tests/integration/market/test_served.py.
"""

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
print(*sys.modules)
"""
_NOT_LOADED = {
    # Without a collector. The protocol for models brings the bare API, in which nothing is done; this is the rest.
    "opentelemetry.sdk",
    "opentelemetry.exporter",
    "opentelemetry.instrumentation",
    "grpc",
    "openai",  # for who asks a vision model
    "stripe",  # for who calls Stripe
    "x402",  # for who takes payments that programs sign
    "cv2",  # for who looks at pictures, and who draws them: the task workers, and their decoding children
    "numpy",
    "PIL",
    "aiohttp",
}


@pytest.mark.parametrize("module", ["market.wsgi", "market.asgi"])
def test_nothing_is_loaded_that_is_not_used(module: str, tmp_path: Path) -> None:
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
    assert set(done.stdout.split()) & _NOT_LOADED == set()
