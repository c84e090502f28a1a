"""`bin/up`: bring the house up, keep it up, take it down."""

import argparse
import os
import time
from contextlib import closing
from urllib.parse import urlsplit

import psycopg

from market.config import Config
from market.engine import banner, home, leftovers, trust
from market.engine.children import Children
from market.engine.faults import Fault
from market.engine.front import Front
from market.engine.house import House
from market.engine.interrupts import Interrupted, Interrupts
from market.engine.layout import Layout
from market.engine.postgres import Postgres
from market.engine.telling import Told, note, say

_HTTP_PORT = 8000
_HTTPS_PORT = 8443


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    config = Config()
    layout = Layout(config.home)
    front = Front(
        options.host or ("0.0.0.0" if options.https else "127.0.0.1"),  # noqa: S104  --https is for phones
        options.port or (_HTTPS_PORT if options.https else _HTTP_PORT),
        options.https,
        config.public_url if "public_url" in config.model_fields_set else None,
    )
    home.prepare(layout)
    with home.locked(layout) as is_ours:
        if not is_ours:
            return _say_already_running(layout, options)
        home.forget_facts(layout)
        ended = leftovers.end(layout.home, database=layout.postgres)
        if ended:
            note(f"ended {ended} processes that an earlier bin/up, which was killed, had left behind")
        front.check_ports()
        if options.reset:
            home.reset(layout, has_database_elsewhere=bool(config.database_url.get_secret_value()))
        with closing(Interrupts()) as interrupts:
            return _Up(options, config, layout, front, interrupts).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/up",
        description="Bring Sightline up: database, web, worker and all. Ctrl-C takes it down again; the data stays.",
        epilog="SIGHTLINE_HOME names the data folder (default: var). .env.example lists every other setting.",
    )
    parser.add_argument(
        "--port", type=_port, help=f"the port to listen on (default {_HTTP_PORT}; with --https {_HTTPS_PORT})"
    )
    parser.add_argument(
        "--host", help="the address to listen on (default 127.0.0.1: this machine alone; with --https 0.0.0.0)"
    )
    parser.add_argument(
        "--reset", action="store_true", help="begin with an empty world: deletes database, media and mail"
    )
    parser.add_argument("--no-demo", action="store_true", help="do not seed the demo world")
    parser.add_argument(
        "--https",
        action="store_true",
        help="serve HTTPS with a certificate of our own, and a page (one port higher) that puts it on a phone",
    )
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) < 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port: a number from 1 to 65534")
    return int(text)


def _say_already_running(layout: Layout, options: argparse.Namespace) -> int:
    facts = home.facts(layout)
    where = f"at {facts['url']} (process {facts['pid']})" if facts else "or starting just now"
    if options.reset:
        raise Fault(f"Sightline is already running {where}: stop it before you --reset it.")
    say(f"Sightline is already running {where}, with its data in {layout.home}.")
    return 0


class _Up:
    """One run, from the first process started to the last one gone."""

    def __init__(
        self, options: argparse.Namespace, config: Config, layout: Layout, front: Front, interrupts: Interrupts
    ) -> None:
        self._config = config
        self._layout = layout
        self._front = front
        self._environment = _environment(config, layout, front)
        self._house = House(config, layout, front, self._environment, demo=not options.no_demo)
        self._interrupts = interrupts
        self._children = Children(home=layout.home, logs=layout.logs, interrupts=self._interrupts)

    def run(self) -> int:
        try:
            self._start()
            while not self._interrupts.count:
                self._children.watch()
                self._interrupts.wait(1.0)
        except Interrupted:
            pass
        finally:
            if self._interrupts.count:
                note("stopping (once more to stop at once)")
            self._children.stop()
            home.forget_facts(self._layout)
        return 0

    def _start(self) -> None:
        house, children = self._house, self._children
        postgres = self._make_database()
        # The web can load while the database is brought up to date, because nobody reaches it before the front stands.
        # Only it must not look at static files that are still to come: where there are none it waits for them.
        made_at = self._static_made_at()
        if made_at is not None:
            children.start(house.web)
        if postgres:
            with Told("Starting the database"):
                self._start_postgres(postgres)
        with Told("Preparing the database and the pages"):
            children.finish(house.prepare)
        with Told("Starting the web"):
            if made_at is None:
                children.start(house.web)
            elif self._static_made_at() != made_at:
                children.restart(house.web)
            children.start(house.front)
            children.wait_until_ready(house.web, house.front, within=60)
        with Told("Starting the waits and the workers"):
            for child in (house.waits, house.worker, house.beat):
                children.start(child)
            if self._front.https:
                self._offer_trust()
            children.wait_until_ready(house.waits, house.worker, house.beat, within=60)
        home.write_facts(self._layout, pid=os.getpid(), url=self._front.url, port=self._front.port)
        say(banner.text(self._front, self._layout))

    def _make_database(self) -> Postgres | None:
        """The embedded server with its folders, the database among them; none where DATABASE_URL names another one."""
        if self._config.database_url.get_secret_value():
            home.make_sockets(self._layout)
            return None
        postgres = Postgres(self._layout.postgres, self._layout.sockets)
        try:
            if postgres.is_made():
                postgres.prepare()
            else:
                with Told("Making the database"):
                    postgres.prepare()
        except OSError as error:
            raise home.unwritable(self._layout.home, error) from error
        self._interrupts.check()
        return postgres

    def _start_postgres(self, postgres: Postgres) -> None:
        child = postgres.child()
        self._children.start(child)
        try:
            self._children.wait_until_ready(child, within=120)
            postgres.ensure_database()
        except (Fault, psycopg.Error) as error:
            raise Fault(
                f"The database does not start: {error}. If its files are damaged, restore a backup, "
                "or begin with an empty one: bin/up --reset."
            ) from error

    def _static_made_at(self) -> int | None:
        try:
            return (self._layout.static / "staticfiles.json").stat().st_mtime_ns
        except FileNotFoundError:
            return None

    def _offer_trust(self) -> None:
        deadline = time.monotonic() + 20
        while not trust.root_certificate(self._layout).exists():
            self._interrupts.check()
            if time.monotonic() > deadline:
                raise Fault(f"The front made no certificate: see {self._layout.logs / 'front.log'}")
            self._interrupts.wait(0.05)
        trust.write_page(self._layout, self._front)


def _environment(config: Config, layout: Layout, front: Front) -> dict[str, str]:
    environment = {
        "SIGHTLINE_HOME": str(layout.home),
        "PUBLIC_URL": front.url,
        "DJANGO_SETTINGS_MODULE": "market.settings",
    }
    if not config.allowed_hosts:
        own = [name for name in (urlsplit(front.url).hostname, *front.names) if name]
        environment["ALLOWED_HOSTS"] = ",".join(dict.fromkeys(own))
    return environment
