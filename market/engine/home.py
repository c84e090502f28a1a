"""The data folder as a whole: made and checked, locked by one house at a time, emptied by --reset."""

import errno
import fcntl
import json
import os
import pwd
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from market.engine.faults import Fault
from market.engine.layout import Layout

_LEAST_FREE_MB = 300
_OURS = {"postgres", "media", "mail", "static", "logs", "certificates", "run", "demo.json"} | {
    "lost+found",
    ".DS_Store",
}


def prepare(layout: Layout) -> None:
    """Make the folders, and refuse a place where the house could not live."""
    _refuse_the_folder_of_another(layout.home)
    _refuse_a_folder_of_other_things(layout)
    try:
        for folder in (layout.home, layout.run, layout.logs, layout.media, layout.mail):
            folder.mkdir(parents=True, exist_ok=True)
        probe = layout.run / "probe"
        probe.write_bytes(b"\0" * 65536)
        probe.unlink()
    except OSError as error:
        raise unwritable(layout.home, error) from error
    if shutil.disk_usage(layout.home).free < _LEAST_FREE_MB * 2**20:
        raise Fault(
            f"Less than {_LEAST_FREE_MB} MB are free below {layout.home}: free some space, "
            "or name a folder elsewhere with SIGHTLINE_HOME."
        )


def make_sockets(layout: Layout) -> None:
    """The folder for Unix sockets, which nobody else may look into or have put there to listen in."""
    folder = layout.sockets
    try:
        if folder.is_dir() and (folder.is_symlink() or folder.stat().st_uid != os.geteuid()) and os.geteuid() == 0:
            shutil.rmtree(folder)  # root's own database server, another time, runs as another user
        folder.mkdir(parents=True, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise Fault(f"{folder} belongs to somebody else: have it removed, then run this again.")
        folder.chmod(0o700)
    except OSError as error:
        raise unwritable(folder, error) from error


def unwritable(folder: Path, error: OSError) -> Fault:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Fault(f"The disk below {folder} is full: free some space, or name another folder with SIGHTLINE_HOME.")
    return Fault(
        f"Cannot write to {folder} ({error.strerror}): make it writable, or name another folder with SIGHTLINE_HOME."
    )


def _refuse_the_folder_of_another(folder: Path) -> None:
    """What one user has made another cannot go on with: half of it would be unreadable, in the middle of the start."""
    try:
        owner = folder.stat().st_uid
    except OSError:  # not there yet, or not to be seen: making the folders finds out what is wrong
        return
    if owner != os.geteuid():
        raise Fault(
            f"{folder} belongs to {_name_of(owner)}: run this as {_name_of(owner)}, "
            "or name a folder of your own with SIGHTLINE_HOME."
        )


def _refuse_a_folder_of_other_things(layout: Layout) -> None:
    """Not into somebody's home folder: our names are plain ones, and --reset deletes what bears them."""
    if _lock_file(layout).exists() or not layout.home.is_dir():
        return
    try:
        others = {entry.name for entry in layout.home.iterdir()} - _OURS
    except OSError as error:
        raise unwritable(layout.home, error) from error
    if others:
        raise Fault(
            f"{layout.home} holds other things ({min(others)}): name a folder for Sightline alone with SIGHTLINE_HOME."
        )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


@contextmanager
def locked(layout: Layout) -> Iterator[bool]:
    """Whether we have the folder to ourselves. The system lets go of the lock, whatever happens to us."""
    with _lock_file(layout).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _lock_file(layout: Layout) -> Path:
    return layout.run / "up.lock"


def facts(layout: Layout) -> dict[str, Any]:
    """What the house that is running has written down about itself. Empty while it starts."""
    try:
        found = json.loads((layout.run / "up.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_facts(layout: Layout, **said: object) -> None:
    unfinished = layout.run / "up.json.unfinished"
    unfinished.write_text(json.dumps(said))
    unfinished.replace(layout.run / "up.json")


def forget_facts(layout: Layout) -> None:
    (layout.run / "up.json").unlink(missing_ok=True)


def reset(layout: Layout, *, has_database_elsewhere: bool) -> None:
    """Begin with an empty world. Deletes what we have made below the data folder, by name, and nothing else."""
    if has_database_elsewhere:
        raise Fault(
            "--reset empties the embedded database only, and DATABASE_URL names another one: empty that yourself."
        )
    ours = [folder for folder in (layout.postgres, layout.media, layout.mail) if folder.exists() or folder.is_symlink()]
    linked = [folder for folder in ours if folder.is_symlink()]
    if linked:
        raise Fault(f"{linked[0]} is a link to somewhere else: nothing was deleted. Remove it yourself.")
    if any(any(folder.iterdir()) for folder in ours) and not _confirmed(layout):
        raise Fault("Nothing was deleted.")
    deleted = layout.run / "deleted"
    try:
        shutil.rmtree(deleted, ignore_errors=True)  # of a reset that was killed
        deleted.mkdir()
        # Renamed before it is deleted: a kill in the middle leaves rubbish with another name, not half a database.
        layout.demo.unlink(missing_ok=True)
        for folder in ours:
            folder.rename(deleted / folder.name)
        shutil.rmtree(deleted)
    except OSError as error:
        raise unwritable(layout.home, error) from error
    prepare(layout)


def _confirmed(layout: Layout) -> bool:
    if not sys.stdin.isatty():  # a script that says --reset has made up its mind
        return True
    print(f"This deletes the database, the media and the mail in {layout.home}.")
    return input("Type yes to go on: ").strip().lower() == "yes"
