"""Bounties: posted, read, changed, paid for, cancelled. Quotes and batches stand beside this."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import pages, versions, waits
from agents_api.door import Endpoint
from agents_api.problems import Call
from agents_api.sandbox import sending as sandbox
from agents_api.showing import bounties as showing
from agents_api.showing import simulations
from bounties import drafts, operations, reading
from bounties.operations import editing
from bounties.operations.locking import NoSuchBounty
from bounties.queries import bought_by
from bounties.states import BountyState
from market import clock
from market.ids import decode

DRY_RUN = "dry_run"
# What may stand in the body besides the wish itself.
BESIDES = (DRY_RUN, "simulate")


def read_bounty_id(text: str) -> UUID:
    bounty_id = decode("bnt", text)
    if bounty_id is None:
        raise NoSuchBounty("There is no such bounty.")
    return bounty_id


class Bounties(Endpoint):
    scopes: ClassVar = {"GET": "read", "POST": "post"}

    def get(self, request: Request) -> Response:
        limit = pages.read_limit(request.query_params.get("limit"))
        before = pages.read_cursor(request.query_params.get("cursor"))
        mine = bought_by(self.caller.account_id).order_by("-id")
        if status := request.query_params.get("status"):
            mine = mine.filter(state=reading.choice(status, BountyState, param="/status"))
        rows = list((mine.filter(id__lt=before) if before else mine)[: limit + 1])
        at = clock.now()
        return Response(
            pages.page(rows, limit=limit, position=lambda row: row.id, show=lambda row: showing.bounty(row, at=at))
        )

    def post(self, request: Request) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            buyer = self.account()
            wish = self.body
            outcome = sandbox.wanted(wish, agent=buyer)
            draft = drafts.read(wish, at=buyer.time_of(at), besides=BESIDES)
            bounty = operations.post(buyer=buyer, draft=draft, at=at, spender=self.spender())
            if outcome is None:
                return HTTPStatus.CREATED, showing.bounty(bounty, at=at)
            simulation = sandbox.send_scout(agent=buyer, bounty_id=bounty.id, outcome=outcome, at=at)
            posted = showing.bounty(bought_by(buyer.id).get(pk=bounty.id), at=at)
            told = simulations.simulation(simulation)
            return HTTPStatus.CREATED, posted | {"simulation": told, "next_action": told["next_action"]}

        if reading.truth(self.body.get(DRY_RUN, False), param=f"/{DRY_RUN}"):
            return self._try()
        return self.once(work)

    def _try(self) -> Response:
        """Nothing is done, so nothing has to be done once."""
        buyer, at = self.account(), clock.now()
        whole = {name: value for name, value in self.body.items() if name != DRY_RUN}
        wish = dict(whole)
        sandbox.wanted(wish, agent=buyer)
        draft = drafts.read(wish, at=buyer.time_of(at), besides=BESIDES)
        bounty = operations.try_post(buyer=buyer, draft=draft, at=at, spender=self.spender())
        call = Call("POST", "/v1/bounties", whole).render()
        return Response(
            showing.bounty(bounty, at=at)
            | {"id": None, DRY_RUN: True, "next_action": {"do": "post", "call": call, "until": bounty.closes_at}}
        )


class OneBounty(Endpoint):
    scopes: ClassVar = {"GET": "read", "PATCH": "post"}

    def get(self, request: Request, bounty_id: str) -> Response:
        wait = waits.read(request.query_params)
        shown = self._show(read_bounty_id(bounty_id))
        # Whoever waits has said which version it knows, and wants to hear of the next.
        return versions.answer(request, shown, unless_known=not wait.is_for(shown["version"]))

    def patch(self, request: Request, bounty_id: str) -> Response:
        """Repeated, it is refused: the version has moved on. So it needs no Idempotency-Key, and keeps one it has."""

        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            found = read_bounty_id(bounty_id)
            changes, version = editing.read_changes(request.data), versions.wanted(request)
            operations.edit(buyer=self.account(), bounty_id=found, changes=changes, version=version, at=at)
            return HTTPStatus.OK, self._show(found)

        if "Idempotency-Key" in request.headers:
            return self.once(work)
        _, shown = work(clock.now())
        return versions.answer(request, shown, unless_known=False)

    def _show(self, bounty_id: UUID) -> dict[str, Any]:
        bounty = bought_by(self.caller.account_id).filter(pk=bounty_id).first()
        if bounty is None:
            raise NoSuchBounty("There is no such bounty.")
        return showing.bounty(bounty, at=clock.now())


class Funding(Endpoint):
    scopes: ClassVar = {"POST": "post"}

    def post(self, request: Request, bounty_id: str) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            reading.fields(request.data, param="", known=())
            found = read_bounty_id(bounty_id)
            bounty = operations.fund(buyer=self.account(), bounty_id=found, at=at, spender=self.spender())
            return HTTPStatus.OK, showing.bounty(bounty, at=at)

        return self.once(work)


class Cancellation(Endpoint):
    scopes: ClassVar = {"POST": "post"}

    def post(self, request: Request, bounty_id: str) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            reading.fields(request.data, param="", known=())
            bounty = operations.cancel(buyer=self.account(), bounty_id=read_bounty_id(bounty_id), at=at)
            return HTTPStatus.OK, showing.bounty(bounty, at=at)

        return self.once(work)
