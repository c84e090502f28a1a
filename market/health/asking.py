"""Asking something that may hang: the answer comes in time, whatever becomes of what was asked."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import connections

PATIENCE_SECONDS = 2.0
# After that long what hangs is left to itself and asked anew: a connection to a machine that is gone may hang for
# a quarter of an hour, long after the house has moved to another one.
_LOST_SECONDS = 15.0

T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What was answered, or the kind of error. Never its text, which may hold an address with a password."""

    ms: float
    value: T | None = None
    fault: str | None = None
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        return self.fault is None


class Asked(Generic[T]):
    """A question that somebody is busy answering."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.done = threading.Event()
        self.answer: Answer[T] | None = None

    def wait(self, until: float) -> Answer[T]:
        self.done.wait(max(0.0, until - time.monotonic()))
        return self.answer or Answer(_ms(self), fault="timeout")


class Question(Generic[T]):
    """One question, asked by one thread at a time. Who comes meanwhile gets the same answer, so that a part that hangs
    holds one thread and one connection, not one for every time it is asked."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asked: Asked[T] | None = None

    def ask(self, patience: float = PATIENCE_SECONDS) -> Answer[T]:
        return self.begin().wait(time.monotonic() + patience)

    def begin(self) -> Asked[T]:
        with self._lock:
            asked = self._asked
            if asked is None or asked.done.is_set() or time.monotonic() - asked.began > _LOST_SECONDS:
                asked = self._asked = Asked()
                # A daemon: one that hangs must not keep the process from ending.
                threading.Thread(target=self._run, args=(asked,), daemon=True, name="asking").start()
        return asked

    def _run(self, asked: Asked[T]) -> None:
        try:
            value = self._ask()
            asked.answer = Answer(_ms(asked), value=value)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the answer is that it is out
            asked.answer = Answer(_ms(asked), fault=type(error).__name__, error=error)
        finally:
            connections.close_all()  # back to the pool: Django keeps one for each thread, and this thread ends
            asked.done.set()


def _ms(asked: Asked[T]) -> float:
    return (time.monotonic() - asked.began) * 1000
