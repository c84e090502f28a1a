"""What Django does to its databases where a request begins and where it ends, for the one that there is.

Django's own receivers go through the list of databases, three times a request: a twentieth of the time of a post.
"""

from django import db
from django.core.signals import request_finished, request_started


def look_at_ours_only() -> None:
    """In a process that answers requests with threads of its own."""
    for signal in (request_started, request_finished):
        signal.disconnect(db.close_old_connections)
        signal.connect(_look)
    request_started.disconnect(db.reset_queries)


def _look(**_: object) -> None:
    database = db.connections[db.DEFAULT_DB_ALIAS]
    database.queries_log.clear()
    database.close_if_unusable_or_obsolete()
