"""Which processes make up the house, and with which words they are started: the same here as in the image."""

import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from market.config import ROOT
from market.engine.children import Child
from market.engine.layout import Layout
from market.engine.postgres import Postgres

_BIN = Path(sys.executable).parent
WSGI_WORKERS = 2
WSGI_THREADS = 4


def wsgi(*bind: str) -> list[str]:
    return [
        *(str(_BIN / "granian"), "market.wsgi:application", "--interface", "wsgi", *bind),
        *("--workers", str(WSGI_WORKERS), "--blocking-threads", str(WSGI_THREADS)),
        *("--respawn-failed-workers", "--no-ws", "--log-level", "warning", "--workers-kill-timeout", "10"),
    ]


def asgi(*bind: str) -> list[str]:
    return [
        *(str(_BIN / "granian"), "market.asgi:application", "--interface", "asgi", *bind),
        *("--workers", "1", "--backlog", "4096", "--backpressure", "4096"),
        *("--respawn-failed-workers", "--no-ws", "--log-level", "warning", "--workers-kill-timeout", "10"),
    ]


def worker(concurrency: int = 2) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "-A", "market.celery", "worker"),
        *("--concurrency", str(concurrency), "--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ]


def beat(schedule: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "-A", "market.celery", "beat"),
        *("--schedule", str(schedule), "--pidfile", "", "--loglevel", "WARNING"),
    ]


def front() -> list[str]:
    return [str(_BIN / "caddy"), "run", "--config", str(ROOT / "docker" / "Caddyfile"), "--adapter", "caddyfile"]


def postgres_child(postgres: Postgres) -> Child:
    import signal

    return Child("postgres", postgres.command(), postgres.answers, options=postgres.run_as, stop_signal=signal.SIGINT)


def served_children(layout: Layout, environment: Mapping[str, str]) -> list[Child]:
    """All but Postgres and the front, which may start side by side."""
    wsgi_socket, asgi_socket = layout.sockets / "wsgi", layout.sockets / "asgi"
    return [
        Child("web", wsgi("--uds", str(wsgi_socket)), _accepts(wsgi_socket), environment),
        Child("waits", asgi("--uds", str(asgi_socket)), _accepts(asgi_socket), environment),
        Child("worker", worker(), _always, environment, patience=30),
        Child("beat", beat(layout.run / "beat"), _always, environment),
    ]


def _always() -> bool:
    return True


def _accepts(path: Path) -> Callable[[], bool]:
    def accepts() -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(path)) == 0

    return accepts
