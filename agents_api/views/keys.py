"""Keys: listed, issued, renewed, ended. A key's secret is answered once, also to a repeated request."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import pages
from agents_api.describing import Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.showing import keys as showing
from bounties import reading
from bounties.shapes import Body, By, Integer, Items, Moment, Money, WordOf
from market import clock
from market.accounts import operations, policies, queries
from market.accounts.audit import Actor
from market.accounts.models import ApiKey
from market.accounts.operations.keys import LONGEST_OVERLAP, OVERLAP, KeyEnded, KeyNotFound, TooManyKeys
from market.accounts.policies import Network

_CAPS = ("per_call", "per_day", "per_month")
SHOWN_ONCE = ("key",)


def _read_scopes(value: object, param: str) -> list[str]:
    return policies.check_scopes(reading.items(value, _text, param=param, least=1, most=10), known=ApiKey.SCOPES)


def _read_networks(value: object, param: str) -> list[Network]:
    return policies.check_networks(reading.items(value, lambda each, _: each, param=param, least=0, most=1_000))


KEY = Body(
    name="KeyDraft",
    text="A key may have no more scopes, money, networks and time than the key that makes it.",
    fields={
        "label": By(
            text=f"Up to {policies.LONGEST_NAME} characters, for you.",
            reads=lambda value, param: policies.check_name(_text(value, param), param=param) if value else "",
            says=lambda _: {"type": "string", "maxLength": policies.LONGEST_NAME},
            refuses=frozenset({policies.InvalidName, reading.InvalidField}),
            sample="nightly job",
        ),
        "scopes": By(
            text="What it may do: `read` everything, `post` bounties, `review` results, `money`: deposits and keys.",
            reads=_read_scopes,
            says=lambda parts: Items(of=WordOf(among=ApiKey.SCOPES), least=1, most=10).bare(parts),
            refuses=frozenset({policies.InvalidScopes, reading.InvalidField}),
            sample=["read", "post"],
        ),
        "caps": Body(
            text="What it may spend at most.",
            fields={
                "per_call": Money(text="In one call.", least=0, refused_as=policies.InvalidCap),
                "per_day": Money(text="In 24 hours.", least=0, refused_as=policies.InvalidCap, sample="20.00"),
                "per_month": Money(text="In 30 days.", least=0, refused_as=policies.InvalidCap),
            },
            or_null=_CAPS,
        ),
        "networks": By(
            text="CIDR networks that it may be used from; empty: everywhere.",
            reads=_read_networks,
            says=lambda _: {"type": "array", "items": {"type": "string"}, "maxItems": policies.MOST_NETWORKS},
            refuses=frozenset({policies.InvalidNetworks, reading.InvalidField}),
        ),
        "expires_at": Moment(text="When it ends by itself."),
    },
    needed=("scopes",),
    or_null=("label", "caps", "networks", "expires_at"),
)
ROTATION = Body(
    name="Rotation",
    fields={
        "overlap_seconds": Integer(
            text="How long the old key lives on.", least=0, most=int(LONGEST_OVERLAP.total_seconds()), sample=3_600
        )
    },
    default={"overlap_seconds": int(OVERLAP.total_seconds())},
)


class Keys(Endpoint):
    @Operation(
        name="list_keys",
        tag=Tag.KEYS,
        title="List the keys",
        text="Newest first, ended ones too. Secrets are never shown again.",
        scope="read",
        query=pages.QUERY,
        answers={200: Said("A page of keys.", showing.KEY_PAGE)},
    )
    def get(self, request: Request) -> Response:
        rows = pages.newest(queries.keys_of(self.caller.account_id).select_related("replaced_by"), self.query)
        at = clock.now()
        return pages.answer(request, self.query, rows, show=lambda row: showing.key(row, at=at))

    # What a key gives away is as good as money: who may only post makes no more keys that post.
    @Operation(
        name="create_key",
        tag=Tag.KEYS,
        title="Make a key",
        text="For another program, or with narrower limits: it may do no more than the key that makes it.",
        scope="money",
        once=True,
        body=KEY,
        answers={201: Said("The key, with its secret.", showing.NEW_KEY)},
        refusals=(policies.MoreThanTheKeyHas, policies.InvalidScopes, policies.InvalidKeyEnd, TooManyKeys, KeyEnded),
    )
    def post(self, request: Request) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            given = self.read_body()
            caps = given.pop("caps", {})
            new = operations.issue_key(
                account_id=self.caller.account_id,
                by=Actor.key(self.caller.key_id),
                giver_id=self.caller.key_id,
                at=at,
                **given,
                **{f"{name}_micros": caps.get(name) for name in _CAPS},
            )
            return HTTPStatus.CREATED, showing.new_key(new, at=at)

        return self.once(work, shown_once=SHOWN_ONCE)


class OneKey(Endpoint):
    @Operation(
        name="get_key",
        tag=Tag.KEYS,
        title="Read a key",
        text="Without its secret.",
        scope="read",
        answers={200: Said("The key.", showing.KEY)},
    )
    def get(self, request: Request, key_id: UUID) -> Response:
        mine = queries.keys_of(self.caller.account_id).select_related("replaced_by")
        found = mine.filter(pk=key_id).first()
        if found is None:
            raise KeyNotFound("There is no such key.")
        return Response(showing.key(found, at=clock.now()))

    @Operation(
        name="revoke_key",
        tag=Tag.KEYS,
        title="End a key",
        text="Within a second it works nowhere any more. Any key may end itself; to end another one takes the scope "
        "`money`. Ending it again changes nothing.",
        scope="read",
        answers={200: Said("The ended key.", showing.KEY)},
        refusals=(policies.MoreThanTheKeyHas, KeyEnded),
    )
    def delete(self, request: Request, key_id: UUID) -> Response:
        """Any key may end itself; to end another one takes what it takes to make one."""
        caller, at = self.caller, clock.now()
        if key_id != caller.key_id:
            caller.check_scope("money")
        ended = operations.revoke_key(
            account_id=caller.account_id, key_id=key_id, by=Actor.key(caller.key_id), giver_id=caller.key_id, at=at
        )
        return Response(showing.key(ended, at=at))


class Rotation(Endpoint):
    @Operation(
        name="rotate_key",
        tag=Tag.KEYS,
        title="Renew a key",
        text="Answers a new key with the same rights; the old one lives on for `overlap_seconds`, a day if absent.",
        scope="money",
        once=True,
        body=ROTATION,
        answers={201: Said("The new key, with its secret.", showing.NEW_KEY)},
        refusals=(policies.MoreThanTheKeyHas, KeyEnded, TooManyKeys),
    )
    def post(self, request: Request, key_id: UUID) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            new = operations.rotate_key(
                account_id=self.caller.account_id,
                key_id=key_id,
                by=Actor.key(self.caller.key_id),
                giver_id=self.caller.key_id,
                at=at,
                overlap=timedelta(seconds=self.read_body()["overlap_seconds"]),
            )
            return HTTPStatus.CREATED, showing.new_key(new, at=at)

        return self.once(work, shown_once=SHOWN_ONCE)


def _text(value: object, param: str) -> str:
    if not isinstance(value, str):
        raise reading.InvalidField("This must be a text.", param=param)
    return value
