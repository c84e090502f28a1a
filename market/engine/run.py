"""`python -m market.engine.run NAME`: become one process of the house. What the image runs, with the words of `bin/up`.

web      pages and the synchronous API, on BIND or 0.0.0.0:8000
waits    waits, streams and MCP, on BIND or 0.0.0.0:8001
worker   does the tasks
beat     says when regular tasks are due: exactly one of these
migrate  brings the database and the static files to where the code expects them, and ends
healthy  asks the web or the waits on this machine whether they are alive: exit code 0 or 1
"""

import os
import sys
import urllib.request
from typing import TYPE_CHECKING
from urllib.error import URLError

from pydantic import ValidationError

from market.engine.faults import Fault, told_plainly
from market.engine.layout import Layout

if TYPE_CHECKING:
    from market.config import Config

_DEFAULT_BIND = {"web": "0.0.0.0:8000", "waits": "0.0.0.0:8001"}
_NAMES = (*_DEFAULT_BIND, "worker", "beat", "migrate", "healthy")


def main(arguments: list[str]) -> int:  # noqa: RET503  an exec does not return
    if len(arguments) != 1 or arguments[0] not in _NAMES:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        # Here, so that what is wrong with a setting is told plainly.
        from market.config import config  # noqa: PLC0415

        if arguments[0] == "healthy":
            return _ask(config.bind or _DEFAULT_BIND["web"])
        command = _command(arguments[0], config)
    except ValidationError as error:
        print(f"sightline: {told_plainly(error)}", file=sys.stderr)
        return 1
    except Fault as fault:
        print(f"sightline: {fault}", file=sys.stderr)
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
    os.execv(command[0], command)  # noqa: S606  a list of ours


def _command(name: str, config: "Config") -> list[str]:
    from market.engine import house  # noqa: PLC0415  reads the settings too

    if name == "web":
        return house.web(config, *_listen(config.bind or _DEFAULT_BIND["web"]))
    if name == "waits":
        return house.waits(config, *_listen(config.bind or _DEFAULT_BIND["waits"]))
    if name == "worker":
        return house.worker(config)
    if name == "beat":
        return house.beat(config, Layout(config.home).run / "beat")
    return house.prepare(demo=False)


def _listen(bind: str) -> list[str]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdigit():
        raise Fault(f"BIND must be host:port, not {bind}.")
    return ["--host", host.strip("[]"), "--port", port]


def _ask(bind: str) -> int:
    port = bind.rpartition(":")[2]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3):
            return 0
    except (URLError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
