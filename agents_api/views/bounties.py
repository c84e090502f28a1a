"""Bounties: quote, post, read, cancel."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import pages, waits
from agents_api.door import Endpoint
from agents_api.sandbox import sending as sandbox
from agents_api.showing import bounties as showing
from agents_api.showing import simulations
from bounties import drafts
from bounties.operations import cancelling, posting
from bounties.operations.locking import NoSuchBounty
from bounties.queries import bought_by
from market import clock
from market.ids import decode
from market.money import format_micros


def read_bounty_id(text: str) -> UUID:
    bounty_id = decode("bnt", text)
    if bounty_id is None:
        raise NoSuchBounty("There is no such bounty.")
    return bounty_id


class Quotes(Endpoint):
    scopes: ClassVar = {"POST": "read"}

    def post(self, request: Request) -> Response:
        draft = drafts.read(request.data, at=self.account().time_of(clock.now()))
        quote = posting.quote(draft)
        return Response(
            {
                "object": "quote",
                "reward": format_micros(draft.reward_micros),
                "blocked_reward": format_micros(draft.blocked_reward_micros),
                "fee": format_micros(quote.price.fee_micros),
                "slots": quote.slots,
                "total": format_micros(quote.total_micros),
                "currency": "usd",
                "policy": {
                    "outcome": str(quote.screening.outcome),
                    "findings": posting.findings_of(quote.screening),
                },
            }
        )


class Bounties(Endpoint):
    scopes: ClassVar = {"GET": "read", "POST": "post"}

    def get(self, request: Request) -> Response:
        limit = pages.read_limit(request.query_params.get("limit"))
        before = pages.read_cursor(request.query_params.get("cursor"))
        mine = bought_by(self.caller.account_id).order_by("-id")
        rows = list((mine.filter(id__lt=before) if before else mine)[: limit + 1])
        at = clock.now()
        return Response(
            pages.page(rows, limit=limit, position=lambda row: row.id, show=lambda row: showing.bounty(row, at=at))
        )

    def post(self, request: Request) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            buyer = self.account()
            wish = dict(request.data)
            outcome = sandbox.wanted(wish, agent=buyer)
            draft = drafts.read(wish, at=buyer.time_of(at))
            bounty = posting.post(buyer=buyer, draft=draft, at=at, spender=self.spender())
            if outcome is None:
                return HTTPStatus.CREATED, showing.bounty(bounty, at=at)
            simulation = sandbox.send_scout(agent=buyer, bounty_id=bounty.id, outcome=outcome, at=at)
            posted = showing.bounty(bought_by(buyer.id).get(pk=bounty.id), at=at)
            told = simulations.simulation(simulation)
            return HTTPStatus.CREATED, posted | {"simulation": told, "next_action": told["next_action"]}

        return self.once(work)


class OneBounty(Endpoint):
    scopes: ClassVar = {"GET": "read"}

    def get(self, request: Request, bounty_id: str) -> Response:
        waits.read(request.query_params)
        bounty = bought_by(self.caller.account_id).filter(pk=read_bounty_id(bounty_id)).first()
        if bounty is None:
            raise NoSuchBounty("There is no such bounty.")
        return Response(showing.bounty(bounty, at=clock.now()), headers={"ETag": f'"{bounty.version}"'})


class Cancellation(Endpoint):
    scopes: ClassVar = {"POST": "post"}

    def post(self, request: Request, bounty_id: str) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            bounty = cancelling.cancel(buyer=self.account(), bounty_id=read_bounty_id(bounty_id), at=at)
            return HTTPStatus.OK, showing.bounty(bounty, at=at)

        return self.once(work)
