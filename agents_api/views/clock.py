"""The clock of a test account: moved forward, and what time does by then is done."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api.door import Endpoint
from bounties import reading, sweeps
from market import clock
from market.accounts.operations import advance_clock
from market.accounts.policies import FARTHEST_AHEAD


class ClockOrders(reading.InvalidField):
    """A clock was to be moved both by and to something, or by nothing at all."""

    code = "clock_by_or_to"
    fix = "Send either `advance_seconds` or `to`."


class Clock(Endpoint):
    scopes: ClassVar = {"GET": "read", "POST": "post"}

    def get(self, request: Request) -> Response:
        account, at = self.account(), clock.now()
        return Response(_show(account.mode, account.time_of(at), at=at))

    def post(self, request: Request) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            by, to = _read(request.data)
            now = advance_clock(account_id=self.caller.account_id, by=by, to=to, at=at)
            return HTTPStatus.OK, _show(self.caller.mode, now, at=at)

        response = self.once(work)
        if response.status_code == HTTPStatus.OK:
            # After the move is committed: each thing that is due takes locks of its own. Whatever is left over here,
            # the sweeps of the house find within seconds.
            sweeps.sweep_account(buyer_id=self.caller.account_id, at=clock.now())
        return response


def _show(mode: str, now: datetime, *, at: datetime) -> dict[str, Any]:
    return {"object": "clock", "mode": mode, "now": now, "ahead_seconds": round((now - at).total_seconds())}


def _read(body: object) -> tuple[timedelta | None, datetime | None]:
    given = reading.fields(body, param="", known=("advance_seconds", "to"))
    seconds, to = given.get("advance_seconds"), given.get("to")
    if (seconds is None) == (to is None):
        raise ClockOrders("Send one of the two.", param="/advance_seconds")
    if to is not None:
        return None, reading.moment(to, param="/to")
    most = int(FARTHEST_AHEAD.total_seconds())
    return timedelta(seconds=reading.integer(seconds, param="/advance_seconds", least=1, most=most)), None
