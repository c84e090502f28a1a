"""Several calls at the same moment, each in a thread with a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call answered, or what it raised, in the order of the calls."""
    answers: list[Any] = [None] * len(calls)
    begin = threading.Barrier(len(calls))

    def run(position: int, call: Callable[[], Any]) -> None:
        begin.wait(30)
        try:
            answers[position] = call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            answers[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert not any(thread.is_alive() for thread in threads)
    return answers
