"""The clock of a test account: moved forward, and what time does by then is done."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api.answers import MODE, Record, kind, moment, number
from agents_api.describing import Operation, Said, Tag
from agents_api.door import Endpoint
from bounties import reading, sweeps
from bounties.shapes import Body, Integer, Moment
from market import clock
from market.accounts.operations import advance_clock
from market.accounts.operations.clocks import AccountUnknown
from market.accounts.policies import FARTHEST_AHEAD, ClockOnlyForward, ClockOnlyInTest


class ClockOrders(reading.InvalidField):
    """A clock was to be moved both by and to something, or by nothing at all."""

    code = "clock_by_or_to"
    fix = "Send either `advance_seconds` or `to`."


CLOCK = Record(
    name="Clock",
    text="What time it is for an account.",
    fields={
        "object": kind("clock"),
        "mode": MODE,
        "now": moment("The account's time."),
        "ahead_seconds": number("How far it is ahead of everybody's.", sample=86_400),
    },
)
_MOST = int(FARTHEST_AHEAD.total_seconds())
MOVE = Body(
    name="ClockMove",
    text="One of the two.",
    fields={
        "advance_seconds": Integer(text="Move it on by so many seconds.", least=1, most=_MOST, sample=86_400),
        "to": Moment(text="Move it on to this moment."),
    },
    or_null=("advance_seconds", "to"),
)


class Clock(Endpoint):
    @Operation(
        name="get_clock",
        tag=Tag.TESTING,
        title="Read the account's clock",
        text="What time it is for this account. A live account's clock is everybody's.",
        scope="read",
        answers={200: Said("The clock.", CLOCK)},
    )
    def get(self, request: Request) -> Response:
        account, at = self.account(), clock.now()
        return Response(_show(account.mode, account.time_of(at), at=at))

    @Operation(
        name="advance_clock",
        tag=Tag.TESTING,
        title="Move the account's clock forward",
        text="For trying in seconds what takes days: silence, expiry, dispute windows. What is due by then is done "
        "before this answers; of more than five hundred bounties, or a hundred other things, the rest within seconds. "
        "A clock never goes back.",
        scope="post",
        once=True,
        body=MOVE,
        examples={"a day on": {"advance_seconds": 86_400}, "to a moment": {"to": "2026-11-21T09:00:00Z"}},
        answers={200: Said("The clock.", CLOCK)},
        refusals=(ClockOrders, ClockOnlyInTest, ClockOnlyForward, AccountUnknown),
        only_test=True,
    )
    def post(self, request: Request) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            by, to = _read(self.read_body())
            now = advance_clock(account_id=self.caller.account_id, by=by, to=to, at=at)
            return HTTPStatus.OK, _show(self.caller.mode, now, at=at)

        response = self.once(work)
        if response.status_code == HTTPStatus.OK:
            # After the move is committed: what is due takes locks of its own. Whatever is left over here, the sweeps of
            # the house find within seconds.
            sweeps.sweep_account(buyer_id=self.caller.account_id, at=clock.now())
        return response


def _show(mode: str, now: datetime, *, at: datetime) -> dict[str, Any]:
    return {"object": "clock", "mode": mode, "now": now, "ahead_seconds": round((now - at).total_seconds())}


def _read(given: dict[str, Any]) -> tuple[timedelta | None, datetime | None]:
    seconds, to = given.get("advance_seconds"), given.get("to")
    if (seconds is None) == (to is None):
        raise ClockOrders("Send one of the two.", param="/advance_seconds")
    return None if seconds is None else timedelta(seconds=seconds), to
