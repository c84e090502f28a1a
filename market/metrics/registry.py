"""The Prometheus client, set up so that every process of the house counts in files of its own.

Import the client's classes from here: it decides where it counts when its first metric is made.
"""

import os

from prometheus_client import values

from market import roles
from market.config import config
from market.engine.layout import Layout
from market.metrics.folder import Folder

folder = Folder(Layout(config.home).run / "metrics")

_names: dict[int, str] = {}
_locks: list[int] = []  # that say we live: held until the process ends, whatever way it ends
_is_counting = False  # until something is counted, no file is made: most commands never count


def _name_of_this_process() -> str:
    """Asked at every count: after a fork the answer is another one, and the client begins new files."""
    if not _is_counting:
        return ""
    pid = os.getpid()
    name = _names.get(pid)
    if name is None:
        process, held = folder.enter(roles.current())
        _locks.append(os.dup(held.fileno()))
        held.close()
        name = _names[pid] = process.name
    return name


os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder.path)
values.ValueClass = values.MultiProcessValue(_name_of_this_process)  # type: ignore[no-untyped-call]
_is_counting = True

from prometheus_client import Counter, Gauge, Histogram  # noqa: E402 - see above

__all__ = ["Counter", "Gauge", "Histogram", "folder"]
