"""`bin/up`: bring the house up, keep it up, take it down."""

import argparse
import errno
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from market.config import ROOT, Config
from market.engine import house
from market.engine.children import Child, Children, end_leftovers
from market.engine.faults import Fault
from market.engine.interrupts import Interrupts
from market.engine.layout import Layout
from market.engine.postgres import Postgres

_LEAST_FREE = 300 * 2**20


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    config = Config()
    layout = Layout(config.home)
    _prepare_home(layout)
    with _lock(layout) as lock:
        if lock is None:
            return _say_already_running(layout)
        end_leftovers(layout.run / "children.json")
        _check_port(options.host, options.port)
        if options.reset:
            _reset(layout)
        return _run(options, config, layout)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/up",
        description="Bring Sightline up: database, web, worker and all. Ctrl-C takes it down again; the data stays.",
    )
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default 8000)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1)")
    parser.add_argument("--reset", action="store_true", help="begin again with an empty world: deletes the data folder's content")
    parser.add_argument("--no-demo", action="store_true", help="do not seed the demo world")
    return parser


def _prepare_home(layout: Layout) -> None:
    try:
        for folder in (layout.home, layout.run, layout.logs, layout.media, layout.mail):
            folder.mkdir(parents=True, exist_ok=True)
        probe = layout.run / "probe"
        probe.write_bytes(b"\0" * 65536)
        probe.unlink()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Fault(f"The disk below {layout.home} is full: free some space, or move it with SIGHTLINE_HOME.") from error
        raise Fault(
            f"Cannot write to {layout.home} ({error.strerror}): make it writable, or move it with SIGHTLINE_HOME."
        ) from error
    if shutil.disk_usage(layout.home).free < _LEAST_FREE:
        raise Fault(f"Less than 300 MB are free below {layout.home}: free some space, or move it with SIGHTLINE_HOME.")


class _lock:
    """The lock of one data folder: held as long as its house is up, let go by the system whatever happens to us."""

    def __init__(self, layout: Layout) -> None:
        self._path = layout.run / "up.lock"

    def __enter__(self) -> IO[str] | None:
        self._file = self._path.open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        return self._file

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _say_already_running(layout: Layout) -> int:
    where = layout.run / "up.json"
    facts = json.loads(where.read_text()) if where.exists() else {}
    print(f"Sightline is already running at {facts.get('url', 'an address it has not told yet')} (process {facts.get('pid')}).")
    return 0


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Fault(f"Cannot listen on {host} port {port} ({error.strerror}): choose another one with --port.") from error


def _reset(layout: Layout) -> None:
    for folder in (layout.postgres, layout.media, layout.mail):
        shutil.rmtree(folder, ignore_errors=False) if folder.exists() else None
    layout.demo.unlink(missing_ok=True)
    _prepare_home(layout)


def _run(options: argparse.Namespace, config: Config, layout: Layout) -> int:
    url = f"http://localhost:{options.port}"
    interrupts = Interrupts()
    children = Children(
        logs=layout.logs, register=layout.run / "children.json", say=_say, interrupts=interrupts
    )
    environment = {
        "SIGHTLINE_HOME": str(layout.home),
        "PUBLIC_URL": os.environ.get("PUBLIC_URL", url),
        "DJANGO_SETTINGS_MODULE": "market.settings",
    }
    (layout.run / "up.json").write_text(json.dumps({"pid": os.getpid(), "url": environment["PUBLIC_URL"]}))
    try:
        if _start(options, config, layout, children, environment):
            print(_banner(environment["PUBLIC_URL"], layout), flush=True)
            while not interrupts.count:
                interrupts.wait(1.0)
                if not interrupts.count:
                    children.revive()
    finally:
        if interrupts.count:
            _say("stopping")
        children.stop()
        (layout.run / "up.json").unlink(missing_ok=True)
    return 0


def _start(
    options: argparse.Namespace, config: Config, layout: Layout, children: Children, environment: dict[str, str]
) -> bool:
    if not config.database_url.get_secret_value():
        postgres = Postgres(layout.postgres, layout.sockets)
        with _told("Starting the database"):
            postgres.prepare()
            child = house.postgres_child(postgres)
            children.start(child)
            if not children.wait_until_ready(child, within=120):
                return False
            postgres.ensure_database()
    with _told("Preparing the database and the pages"):
        _manage(["prepare", *(["--no-demo"] if options.no_demo else [])], environment)
    served = house.served_children(layout, environment)
    front = Child(
        "front",
        house.front(),
        _listens(options.host, options.port),
        {
            **environment,
            "SIGHTLINE_SITES": f"http://:{options.port}",
            "SIGHTLINE_TLS_OPTIONS": f"default_bind {options.host}",
            "SIGHTLINE_WSGI": f"unix/{layout.sockets / 'wsgi'}",
            "SIGHTLINE_ASGI": f"unix/{layout.sockets / 'asgi'}",
            "XDG_DATA_HOME": str(layout.certificates),
        },
    )
    with _told("Starting the web and the workers"):
        for each in [*served, front]:
            children.start(each)
        return children.wait_until_ready(*served, front, within=60)


def _manage(arguments: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )
    if done.returncode:
        raise Fault(f"`manage.py {arguments[0]}` failed:\n{done.stdout}{done.stderr}")


def _listens(host: str, port: int):  # type: ignore[no-untyped-def]
    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((host if host != "0.0.0.0" else "127.0.0.1", port)) == 0

    return listens


class _told:
    """Tell what is being done, and how long it took where that was more than a second."""

    def __init__(self, title: str) -> None:
        self._title = title

    def __enter__(self) -> None:
        self._began = time.monotonic()
        print(f"{self._title} …", end="", flush=True)

    def __exit__(self, kind: object, *_: object) -> None:
        seconds = time.monotonic() - self._began
        print("" if kind else f" done ({seconds:.1f} s)", flush=True)


def _say(sentence: str) -> None:
    print(f"sightline: {sentence}", flush=True)


def _banner(url: str, layout: Layout) -> str:
    return f"\nSightline is up: {url}\n  logs  {layout.logs}\n"
