"""How many questions a request asks of the database, besides those that only mark where transactions begin and end."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

_OF_A_KEY = 'SELECT "accounts_apikey"'
_MARKS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@contextmanager
def questions() -> Iterator[list[str]]:
    """The list is filled when the block ends. Without the read of a key that was not seen for a moment: how long a test
    takes to get here is not what is counted.
    """
    asked: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield asked
    asked += [each["sql"] for each in captured if not each["sql"].startswith(_MARKS)]
    if asked and asked[0].startswith(_OF_A_KEY):
        del asked[0]
