"""Keys: listed, issued, renewed, ended. A key's secret is answered once, also to a repeated request."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import pages
from agents_api.door import Endpoint
from agents_api.showing import keys as showing
from bounties import reading
from market import clock, money
from market.accounts import operations, policies, queries
from market.accounts.audit import Actor
from market.accounts.operations.keys import LONGEST_OVERLAP, OVERLAP, KeyNotFound, NewKey
from market.ids import decode

_CAPS = ("per_call", "per_day", "per_month")
SHOWN_ONCE = ("key",)


def read_key_id(text: str) -> UUID:
    key_id = decode("key", text)
    if key_id is None:
        raise KeyNotFound("There is no such key.")
    return key_id


def _show_new(new: NewKey, *, at: datetime) -> dict[str, Any]:
    return {"key": new.text} | showing.key(new.key, at=at)


class Keys(Endpoint):
    # What a key gives away is as good as money: who may only post makes no more keys that post.
    scopes: ClassVar = {"GET": "read", "POST": "money"}

    def get(self, request: Request) -> Response:
        limit = pages.read_limit(request.query_params.get("limit"))
        before = pages.read_cursor(request.query_params.get("cursor"))
        mine = queries.keys_of(self.caller.account_id).select_related("replaced_by").order_by("-id")
        rows = list((mine.filter(id__lt=before) if before else mine)[: limit + 1])
        at = clock.now()
        return Response(
            pages.page(rows, limit=limit, position=lambda row: row.id, show=lambda row: showing.key(row, at=at))
        )

    def post(self, request: Request) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            new = operations.issue_key(
                account_id=self.caller.account_id,
                by=Actor.key(self.caller.key_id),
                giver_id=self.caller.key_id,
                at=at,
                **_read_wish(request.data),
            )
            return HTTPStatus.CREATED, _show_new(new, at=at)

        return self.once(work, shown_once=SHOWN_ONCE)


class OneKey(Endpoint):
    scopes: ClassVar = {"GET": "read", "DELETE": "read"}

    def get(self, request: Request, key_id: str) -> Response:
        mine = queries.keys_of(self.caller.account_id).select_related("replaced_by")
        found = mine.filter(pk=read_key_id(key_id)).first()
        if found is None:
            raise KeyNotFound("There is no such key.")
        return Response(showing.key(found, at=clock.now()))

    def delete(self, request: Request, key_id: str) -> Response:
        """Any key may end itself; to end another one takes what it takes to make one."""
        caller, at = self.caller, clock.now()
        if read_key_id(key_id) != caller.key_id:
            caller.check_scope("money")
        ended = operations.revoke_key(
            account_id=caller.account_id,
            key_id=read_key_id(key_id),
            by=Actor.key(caller.key_id),
            giver_id=caller.key_id,
            at=at,
        )
        return Response(showing.key(ended, at=at))


class Rotation(Endpoint):
    scopes: ClassVar = {"POST": "money"}

    def post(self, request: Request, key_id: str) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            given = reading.fields(request.data, param="", known=("overlap_seconds",))
            seconds = reading.integer(
                given.get("overlap_seconds", int(OVERLAP.total_seconds())),
                param="/overlap_seconds",
                least=0,
                most=int(LONGEST_OVERLAP.total_seconds()),
            )
            new = operations.rotate_key(
                account_id=self.caller.account_id,
                key_id=read_key_id(key_id),
                by=Actor.key(self.caller.key_id),
                giver_id=self.caller.key_id,
                at=at,
                overlap=timedelta(seconds=seconds),
            )
            return HTTPStatus.CREATED, _show_new(new, at=at)

        return self.once(work, shown_once=SHOWN_ONCE)


def _read_wish(body: object) -> dict[str, Any]:
    given = reading.fields(
        body, param="", known=("label", "scopes", "caps", "networks", "expires_at"), needed=("scopes",)
    )
    caps = reading.fields(given.get("caps") or {}, param="/caps", known=_CAPS)
    expires_at = given.get("expires_at")
    return {
        "label": _text(given.get("label") or "", param="/label"),
        "scopes": reading.items(given["scopes"], _text, param="/scopes", least=1, most=10),
        **{f"{name}_micros": _amount(caps.get(name), param=f"/caps/{name}") for name in _CAPS},
        "networks": policies.check_networks(
            reading.items(given.get("networks") or [], lambda each, _: each, param="/networks", least=0, most=1_000)
        ),
        "expires_at": None if expires_at is None else reading.moment(expires_at, param="/expires_at"),
    }


def _amount(value: object, *, param: str) -> int | None:
    return None if value is None else money.parse(value, param=param)


def _text(value: object, param: str) -> str:
    if not isinstance(value, str):
        raise reading.InvalidField("This must be a text.", param=param)
    return value
