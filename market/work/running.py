"""Doing one row of work. Nobody else is at it meanwhile, and nobody waits long for it when we die.

Whoever takes a row holds it for LEASE_SECONDS by the database's clock, and says so again as long as the handler runs.
A worker that was killed stops saying so. A worker that is cut off from the database for longer than that may find
that another one has begun: that is why a handler must bear to be run twice.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import Error, connection, transaction

from market.ids import new_id
from market.work import messages, policies, registry
from market.work.registry import Kind, TryLater, UnknownKind

log = structlog.get_logger(__name__)

LEASE_SECONDS = 30.0
# How long a row of a kind that is not known here is left to workers that know it: a newer release, most likely.
UNKNOWN_KIND_PAUSE = timedelta(minutes=1)
_LONGEST_ERROR = 2_000


@dataclass(frozen=True)
class Held:
    """A row of work that is ours for now."""

    id: UUID
    holder: UUID
    kind: str
    subject: str
    attempts: int


def run(*, work_id: UUID, at: datetime) -> None:
    """Do the work if it is due and nobody is at it; else it is somebody else's, or done, and there is nothing to do."""
    work = _take(work_id, at)
    _give_connection_back()
    if work is None:
        return
    try:
        kind = registry.find(work.kind)
    except UnknownKind:
        log.exception("work of a kind that nobody here does", work_id=str(work.id), kind=work.kind)
        _put_off(work, until=at + UNKNOWN_KIND_PAUSE, reason="no handler for this kind")
        return
    if work.attempts > kind.attempts:
        # Taken as often as it may be, and no attempt came back to tell: it kills its workers.
        _give_up(work, kind, "no attempt came back", at)
        return
    try:
        with _renewing(work):
            try:
                kind.handle(work.subject)
            finally:
                _give_connection_back()
    except TryLater as later:
        _put_off(work, until=later.at, reason=str(later))
    except Exception as error:  # whatever a handler raises is a failed attempt
        log.exception("work failed", work_id=str(work.id), kind=work.kind, attempts=work.attempts)
        _fail(work, kind, error, at)
    else:
        _finish(work)


def _take(work_id: UUID, at: datetime) -> Held | None:
    """Hold the row, or find out that another worker was faster. An attempt counts from here: it may not come back."""
    holder = new_id()
    with connection.cursor() as cursor:
        # `at` may lag behind the clock of the database, which said "due now": the later of the two counts.
        cursor.execute(
            """
            UPDATE work_work
            SET holder = %(holder)s, held_until = statement_timestamp() + make_interval(secs => %(lease)s),
                attempts = attempts + 1, woken_at = NULL,
                again_at = CASE WHEN again_at > statement_timestamp() THEN again_at END
            WHERE id = %(id)s AND done_at IS NULL AND given_up_at IS NULL
                AND due_at <= greatest(%(at)s, statement_timestamp())
                AND (held_until IS NULL OR held_until < statement_timestamp())
            RETURNING kind, subject, attempts
            """,
            {"holder": holder, "lease": LEASE_SECONDS, "id": work_id, "at": at},
        )
        row = cursor.fetchone()
    return None if row is None else Held(work_id, holder, *row)


def _give_connection_back() -> None:
    """To the pool, which checks it when it is taken again: the server may have gone and come back meanwhile."""
    if not connection.in_atomic_block:
        connection.close()


@contextmanager
def _renewing(work: Held) -> Iterator[None]:
    """Keep the row ours from a second thread, as long as this process lives and reaches the database."""
    finished = threading.Event()
    renewing = threading.Thread(target=_renew, args=[work, finished], name=f"lease of {work.id}", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        finished.set()
        renewing.join()


def _renew(work: Held, finished: threading.Event) -> None:
    while not finished.wait(LEASE_SECONDS / 3):
        try:
            still_ours = _change(work, "held_until = statement_timestamp() + make_interval(secs => %s)", LEASE_SECONDS)
        except Error as error:
            log.warning("lease not renewed", work_id=str(work.id), error=str(error).strip())
            continue  # the database may be back before the lease is over
        finally:
            connection.close()
        if not still_ours:
            return


def _finish(work: Held) -> None:
    if _change(work, "done_at = statement_timestamp(), last_error = '', " + _LET_GO, where="again_at IS NULL"):
        return
    _begin_again(work)


def _begin_again(work: Held) -> None:
    """Asked for again meanwhile: begin anew."""
    if _change(work, "due_at = again_at, attempts = 0, " + _LET_GO, where="again_at IS NOT NULL"):
        messages.send([work.id])


def _put_off(work: Held, *, until: datetime, reason: str) -> None:
    log.info("work put off", work_id=str(work.id), kind=work.kind, until=until.isoformat(), reason=reason)
    _change(
        work,
        "due_at = least(%s, again_at), attempts = attempts - 1, last_error = %s, " + _LET_GO,
        until,
        _printable(reason),
    )


def _fail(work: Held, kind: Kind, error: Exception, at: datetime) -> None:
    reason = f"{type(error).__name__}: {error}"
    if work.attempts >= kind.attempts:
        _give_up(work, kind, reason, at)
        return
    _change(
        work,
        "due_at = least(%s, again_at), last_error = %s, " + _LET_GO,
        at + policies.pause_after(work.attempts),
        _printable(reason),
    )


def _give_up(work: Held, kind: Kind, reason: str, at: datetime) -> None:
    """Give up and say so in one transaction. Where even that fails, it is tried again later, and only that."""
    log.error("work given up", work_id=str(work.id), kind=work.kind, attempts=work.attempts, reason=reason)
    try:
        with transaction.atomic():
            given_up = _change(
                work,
                "given_up_at = statement_timestamp(), last_error = %s, " + _LET_GO,
                _printable(reason),
                where="again_at IS NULL",
            )
            if given_up and kind.on_given_up is not None:
                kind.on_given_up(work.subject)
    except Exception as error:
        log.exception("giving up failed", work_id=str(work.id), kind=work.kind)
        _change(
            work,
            "due_at = %s, last_error = %s, " + _LET_GO,
            at + policies.pause_after(work.attempts),
            _printable(f"{reason}; giving up: {type(error).__name__}: {error}"),
        )
        return
    if not given_up:
        _begin_again(work)


_LET_GO = "holder = NULL, held_until = NULL, again_at = NULL"


def _change(work: Held, changes: str, *values: str | float | datetime, where: str = "true") -> bool:
    """Change the row if it is still ours. False when it is not: then whoever has it now decides."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE work_work SET {changes} WHERE id = %s AND holder = %s AND {where}",  # noqa: S608  # our own words
            [*values, work.id, work.holder],
        )
        return bool(cursor.rowcount == 1)


def _printable(text: str) -> str:
    return text.replace("\0", "")[:_LONGEST_ERROR]
