"""Sessions as Django keeps them in its table, read by a statement that is planned once: every page asks for its own.

The class has the name of Django's, which is part of what its sessions are signed with: they are the same sessions.
"""

from functools import cache
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField

from market import clock
from market.prepared import Given, Prepared


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        found = _kept().rows({"key": self.session_key, "at": clock.now()})
        if not found:
            self._session_key = None
            return {}
        [[data]] = found
        return self.decode(data)


@cache
def _kept() -> Prepared:
    session = Session.objects.filter(
        session_key=Given("key", CharField(), type_name="varchar"),
        expire_date__gt=Given("at", DateTimeField(), type_name="timestamptz"),
    )
    return Prepared.of(session.values_list("session_data"), limited=False)
