"""The worker of the tests: ours, with intervals of the test's choice and work that a test can watch.

Whoever does work here tells the address in the subject, a Unix datagram socket of the test.
"""

import os
import socket
import time
from datetime import timedelta
from pathlib import Path

import structlog

from market import clock
from market.celery import app
from market.work import registry, running, sweeping
from market.work.registry import TryLater

__all__ = ["app"]

log = structlog.get_logger(__name__)

running.LEASE_SECONDS = float(os.environ.get("TEST_LEASE_SECONDS", running.LEASE_SECONDS))
sweeping.LOST_AFTER_SECONDS = float(os.environ.get("TEST_LOST_AFTER_SECONDS", sweeping.LOST_AFTER_SECONDS))
app.conf.beat_schedule["sweep-work"]["schedule"] = float(
    os.environ.get("TEST_SWEEP_SECONDS", app.conf.beat_schedule["sweep-work"]["schedule"])
)


def tell(address: str, words: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
        own.sendto(words.encode(), address)


@app.task
def echo(address: str) -> None:
    log.info("echoing")
    tell(address, "echo")


@registry.handler("tell")
def tell_at_once(subject: str) -> None:
    log.info("telling")
    tell(subject, f"done by {os.getpid()}")


@registry.handler("hold")
def hold_until_allowed(subject: str) -> None:
    """Begin, and end only once the test has put a file beside the socket."""
    tell(subject, f"begun by {os.getpid()}")
    allowed = Path(subject).with_name("allowed")
    while not allowed.exists():
        time.sleep(0.02)
    tell(subject, f"done by {os.getpid()}")


@registry.handler("wait")
def put_off_once(subject: str) -> None:
    marker = Path(subject).with_name("put-off")
    if not marker.exists():
        marker.touch()
        tell(subject, "put off")
        raise TryLater(clock.now() + timedelta(seconds=0.2))
    tell(subject, "done")
