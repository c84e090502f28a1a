"""Bounties: posted, read, changed, paid for, cancelled. Quotes and batches stand beside this."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import asking, pages, versions, waits
from agents_api.describing import Link, Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.idempotency import Content, DrawnUp
from agents_api.problems import Call
from agents_api.sandbox import sending as sandbox
from agents_api.showing import bounties as showing
from agents_api.showing import simulations
from bounties import drafts, operations, reading
from bounties.models import Bounty
from bounties.operations import editing
from bounties.operations.locking import NoSuchBounty
from bounties.policies.claims import WindowOver
from bounties.queries import asking_for_one, bought_by, newest_bought_by, one_bought_by, the_one
from bounties.shapes import Body, Moment, OneOf, Reader, Truth
from bounties.states import BountyState
from market import clock
from market.accounts.authentication import Caller
from market.ids import decode
from market.prepared import Question
from market.transitions import WrongState

DRY_RUN = "dry_run"
# What may stand in the body besides the wish itself.
BESIDES = (DRY_RUN, "simulate")
POST = Body(
    name="BountyPost",
    text=drafts.DRAFT.text,
    fields={
        **drafts.DRAFT.fields,
        DRY_RUN: Truth(text="Answer what would be, and do nothing: status 200, `id` null."),
        "simulate": sandbox.ORDER,
    },
    needed=drafts.DRAFT.needed,
    default=drafts.DRAFT.default,
    or_null=drafts.DRAFT.or_null,
)
_FILTERS: dict[str, Reader[Any]] = {
    "status": OneOf(text="Only bounties with this status.", among=BountyState),
    "created_after": Moment(text="Only what was posted at this moment or later."),
    "created_before": Moment(text="Only what was posted before this moment."),
}
OF_THIS_BOUNTY = {
    name: Link(name, {"bounty_id": "$response.body#/id"}) for name in ("get_bounty", "list_results", "cancel_bounty")
}


class Bounties(Endpoint):
    def asks_along(self, caller: Caller) -> Question | None:
        return self.turn_of(caller) if self.request.method == "POST" else None

    @Operation(
        name="list_bounties",
        tag=Tag.BOUNTIES,
        title="List your bounties",
        text="Newest first.",
        scope="read",
        query={**pages.QUERY, **_FILTERS},
        answers={200: Said("A page of bounties.", showing.BOUNTY_PAGE)},
    )
    def get(self, request: Request) -> Response:
        limit, before = pages.asked(self.query)
        rows = newest_bought_by(
            self.caller.account_id,
            limit=limit + 1,
            before=before,
            state=self.query.get("status"),
            created_after=self.query.get("created_after"),
            created_before=self.query.get("created_before"),
        )
        at = clock.now()
        return pages.answer(request, self.query, rows, show=lambda row: showing.bounty(row, at=at))

    @Operation(
        name="post_bounty",
        tag=Tag.BOUNTIES,
        title="Post a bounty",
        text="Holds reward and fee for every slot and offers the bounty to scouts nearby, in one step. "
        "Then follow `next_action`: wait with GET /v1/bounties/{bounty_id}?wait=45&results=1 until there is "
        "one. What is not used comes back by itself. Doubtful wishes are answered with status `screening`. With "
        "`dry_run` nothing is done; with `simulate`, in test mode, a simulated scout goes at once.",
        scope="post",
        once=True,
        body=POST,
        answers={
            201: Said("It is posted.", simulations.POSTED_BOUNTY, links=OF_THIS_BOUNTY),
            200: Said("What would be: the answer to a dry run.", showing.TRIED_BOUNTY),
        },
        refusals=(*asking.POSTING_REFUSALS, *sandbox.REFUSALS),
    )
    def post(self, request: Request) -> Response:
        wish = self.body
        if reading.truth(wish.get(DRY_RUN, False), param=f"/{DRY_RUN}"):
            return self._try()
        return self.once(self._post_and_simulate) if "simulate" in wish else self.once_at_a_stroke(self._draw_up)

    def _draw_up(self, at: datetime) -> DrawnUp:
        buyer = self.account()
        draft = drafts.read(self.body, at=buyer.time_of(at), besides=BESIDES)
        posting = operations.draw_up(buyer=buyer, drafts=[draft], at=at, spender=self.spender())
        return HTTPStatus.CREATED, showing.bounty(posting.bounties[0], at=at), posting.write

    def _post_and_simulate(self, at: datetime) -> Content:
        buyer, wish = self.account(), self.body
        outcome = sandbox.wanted(wish, agent=buyer)
        assert outcome is not None
        draft = drafts.read(wish, at=buyer.time_of(at), besides=BESIDES)
        bounty = operations.post(buyer=buyer, draft=draft, at=at, spender=self.spender())
        simulation = sandbox.send_scout(agent=buyer, bounty_id=bounty.id, outcome=outcome, at=at)
        posted = showing.bounty(bought_by(buyer.id).get(pk=bounty.id), at=at)
        told = simulations.simulation(simulation)
        return HTTPStatus.CREATED, posted | {"simulation": told, "next_action": told["next_action"]}

    def _try(self) -> Response:
        """Nothing is done, so nothing has to be done once."""
        buyer, at = self.account(), clock.now()
        whole = {name: value for name, value in self.body.items() if name != DRY_RUN}
        wish = dict(whole)
        with transaction.atomic():  # the turn is held to its end: here, for no longer than it takes to ask for it
            sandbox.wanted(wish, agent=buyer)
        draft = drafts.read(wish, at=buyer.time_of(at), besides=BESIDES)
        bounty = operations.try_post(buyer=buyer, draft=draft, at=at, spender=self.spender())
        call = Call("POST", "/v1/bounties", whole).render()
        return Response(
            showing.bounty(bounty, at=at)
            | {"id": None, DRY_RUN: True, "next_action": {"do": "post", "call": call, "until": bounty.closes_at}}
        )


class OneBounty(Endpoint):
    def asks_along(self, caller: Caller) -> Question | None:
        bounty_id = decode("bnt", self.kwargs["bounty_id"])  # what is none is refused when this call has been counted
        if bounty_id is None or self.operation is not self.operations["GET"]:
            return None
        return asking_for_one(caller.account_id, bounty_id=bounty_id)

    @Operation(
        name="get_bounty",
        tag=Tag.BOUNTIES,
        title="Read a bounty, or wait for news of it",
        text="With `wait` the answer comes as soon as there are so many `results` or you are asked something, or as "
        "soon as the version is higher than `since_version`; or when the time is over with the bounty as it is: then "
        "ask again. Waiting is cheap; asking in a loop is not.",
        scope="read",
        query={"wait": waits.SECONDS, "since_version": waits.SINCE_VERSION, "results": waits.RESULTS},
        answers={200: Said("The bounty.", showing.BOUNTY, etag=True, links=OF_THIS_BOUNTY)},
    )
    def get(self, request: Request, bounty_id: UUID) -> Response:
        assert self.allowance is not None
        wait, shown = waits.asked(self.query), _shown(the_one(self.allowance.along))
        # Whoever waits has said which version it knows, and wants to hear of the next.
        return versions.answer(request, shown, unless_known=not wait.is_for(shown["version"]))

    @Operation(
        name="change_bounty",
        tag=Tag.BOUNTIES,
        title="Change a bounty",
        text="Its words until a scout has claimed it, a later end while it is open, and always your own note and "
        "metadata. Send the version you know as If-Match.",
        scope="post",
        may_be_once=True,
        if_match=True,
        body=editing.CHANGES,
        answers={200: Said("The changed bounty.", showing.BOUNTY, etag=True, links=OF_THIS_BOUNTY)},
        refusals=(
            *asking.WORDING_REFUSALS,
            WrongState,
            editing.FixedOncePosted,
            editing.AlreadyReliedUpon,
            editing.NewWordsNeedScreening,
        ),
    )
    def patch(self, request: Request, bounty_id: UUID) -> Response:
        """Repeated, it is refused: the version has moved on. So it needs no Idempotency-Key, and keeps one it has."""

        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            changes, wanted = editing.read_changes(request.data), versions.wanted(request)
            operations.edit(buyer=self.account(), bounty_id=bounty_id, changes=changes, versions=wanted, at=at)
            return HTTPStatus.OK, _shown(one_bought_by(self.caller.account_id, bounty_id=bounty_id))

        if "Idempotency-Key" in request.headers:
            return self.once(work)
        _, shown = work(clock.now())
        return versions.answer(request, shown, unless_known=False)


def _shown(bounty: Bounty | None) -> dict[str, Any]:
    if bounty is None:
        raise NoSuchBounty("There is no such bounty.")
    return showing.bounty(bounty, at=clock.now())


class Funding(Endpoint):
    @Operation(
        name="fund_bounty",
        tag=Tag.BOUNTIES,
        title="Pay for an allowed bounty",
        text="For status `unfunded`: our staff has allowed it, and its money was not there. Holds it and opens.",
        scope="post",
        once=True,
        answers={200: Said("The open bounty.", showing.BOUNTY, links=OF_THIS_BOUNTY)},
        refusals=(WrongState, *asking.MONEY_REFUSALS, WindowOver),
    )
    def post(self, request: Request, bounty_id: UUID) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            self.read_body()
            bounty = operations.fund(buyer=self.account(), bounty_id=bounty_id, at=at, spender=self.spender())
            return HTTPStatus.OK, showing.bounty(bounty, at=at)

        return self.once(work)


class Cancellation(Endpoint):
    @Operation(
        name="cancel_bounty",
        tag=Tag.BOUNTIES,
        title="Cancel a bounty",
        text="No new claims. Scouts who are on the way may finish and are paid; the rest of the money comes back now. "
        "Cancelling again changes nothing.",
        scope="post",
        once=True,
        answers={200: Said("The bounty, closing or cancelled.", showing.BOUNTY, links=OF_THIS_BOUNTY)},
        refusals=(WrongState,),
    )
    def post(self, request: Request, bounty_id: UUID) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            self.read_body()
            operations.cancel(buyer=self.account(), bounty_id=bounty_id, at=at)
            return HTTPStatus.OK, showing.bounty(bought_by(self.caller.account_id).get(pk=bounty_id), at=at)

        return self.once(work)
