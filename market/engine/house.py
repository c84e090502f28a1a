"""Which processes make up the house, and with which words they are started: the same for `bin/up` and in the image."""

import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from market.config import ROOT, Config
from market.engine.children import Child, Floor
from market.engine.front import Front
from market.engine.layout import Layout

_GRANIAN = (sys.executable, "-m", "granian")
_LOGS = ("--log-level", "warning", "--log-config", str(ROOT / "market" / "engine" / "granian-logs.json"))
_SERVED = (
    *("--respawn-failed-workers", "--no-ws", *_LOGS, "--workers-kill-timeout", "10"),
    *("--http1-buffer-size", "65536"),  # how many bytes of headers are read: what is longer is refused unread
)
_CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "market.celery")  # quiet: no banner among the JSON lines


def web(config: Config, *bind: str) -> list[str]:
    """Pages and the synchronous API."""
    return [
        *(*_GRANIAN, "market.wsgi:application", "--interface", "wsgi", *bind, *_SERVED),
        *("--workers", str(config.web_processes), "--blocking-threads", str(config.web_threads)),
    ]


def waits(_: Config, *bind: str) -> list[str]:
    """Waits, streams and MCP: many connections that mostly wait, so one process."""
    return [
        *(*_GRANIAN, "market.asgi:application", "--interface", "asgi", *bind, *_SERVED),
        *("--workers", "1", "--backlog", "4096", "--backpressure", "4096"),
    ]


def worker(config: Config) -> list[str]:
    return [
        *(*_CELERY, "worker", "--concurrency", str(config.task_processes)),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"),
    ]


def beat(_: Config, schedule: Path) -> list[str]:
    return [*_CELERY, "beat", "--schedule", str(schedule), "--pidfile", "", "--loglevel", "WARNING"]


def prepare(*, demo: bool) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "prepare", *([] if demo else ["--no-demo"])]


def front(*, https: bool) -> list[str]:
    file = ROOT / "docker" / ("Caddyfile.https" if https else "Caddyfile")
    return [str(Path(sys.executable).parent / "caddy"), "run", "--config", str(file), "--adapter", "caddyfile"]


class House:
    """The processes of one `bin/up`."""

    def __init__(
        self, config: Config, layout: Layout, front_: Front, environment: Mapping[str, str], *, demo: bool
    ) -> None:
        sockets = layout.sockets
        wsgi, asgi = sockets / "wsgi", sockets / "asgi"

        def ours(name: str, command: list[str], ready: Callable[[], bool] = _always, **more: object) -> Child:
            return Child(name, command, ready, environment, {"cwd": ROOT}, **more)  # type: ignore[arg-type]

        self.prepare = ours("prepare", prepare(demo=demo))
        self.web = ours(
            "web", web(config, "--uds", str(wsgi)), _accepts(wsgi), clear_the_way=lambda: wsgi.unlink(missing_ok=True)
        )
        self.waits = ours(
            "waits",
            waits(config, "--uds", str(asgi)),
            _accepts(asgi),
            clear_the_way=lambda: asgi.unlink(missing_ok=True),
            # Told to stop with the front and not after it: then waits and streams are ended while the front, which
            # gives them three seconds, still hands their ends on.
            floor=Floor.FRONT,
        )
        self.worker = ours("worker", worker(config), patience=30)
        self.beat = ours("beat", beat(config, layout.run / "beat"))
        self.front = Child(
            "front",
            front(https=front_.https),
            front_.listens,
            {**environment, **front_.environment(layout)},
            {"cwd": layout.home},
            floor=Floor.FRONT,
        )


def _always() -> bool:
    return True


def _accepts(path: Path) -> Callable[[], bool]:
    def accepts() -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(os.fspath(path)) == 0

    return accepts
