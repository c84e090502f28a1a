"""Many bounties in one call. The caller says whether all or none, or as many as can be."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import asking, problems
from agents_api.answers import Listing, Record, kind, number, one_of
from agents_api.describing import Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.mending import Asked, call_that_mends
from agents_api.showing import bounties as showing
from agents_api.showing.problems import PROBLEM
from bounties import drafts, operations, reading
from bounties.drafts import Draft
from bounties.models import Bounty
from bounties.operations.batches import BatchRefused, Strategy
from bounties.operations.posting import MOST_IN_ONE_BATCH, MOST_SLOTS_IN_ONE_BATCH, BatchTooLarge
from bounties.shapes import Body, By, Nullable, OneOf, Parts, Schema
from market.errors import DomainError


def _wishes_schema(parts: Parts) -> Schema:
    return {
        "type": "array",
        "items": drafts.DRAFT.schema(parts),
        "minItems": 1,
        "maxItems": MOST_IN_ONE_BATCH,
    }


BATCH = Body(
    name="BatchDraft",
    fields={
        "strategy": OneOf(
            text="`all_or_nothing`: one refusal refuses all. `best_effort`: what can be is posted, in order.",
            among=Strategy,
            sample="best_effort",
        ),
        "bounties": By(
            text=f"One to {MOST_IN_ONE_BATCH} bounties, with {MOST_SLOTS_IN_ONE_BATCH} slots at most together.",
            reads=lambda value, param: reading.items(value, _as_it_is, param=param, least=1, most=MOST_IN_ONE_BATCH),
            says=_wishes_schema,
            refuses=drafts.DRAFT.refusals(),
            sample=[drafts.DRAFT.example()],
        ),
    },
    needed=("strategy", "bounties"),
)
ITEM = Record(
    name="BatchItem",
    text="What became of one bounty of the batch.",
    fields={
        "index": number("Its place in what was sent, from 0.", sample=0),
        "status": number("As its own call would have been answered.", sample=201, least=201, most=599),
        "bounty": Nullable(text="Null: it was refused.", of=showing.BOUNTY),
        "problem": Nullable(text="Null: it was posted.", of=PROBLEM, sample=PROBLEM.example()),
    },
    sample={"index": 0, "status": 201, "bounty": showing.BOUNTY.example(), "problem": None},
)
POSTED = Record(
    name="Batch",
    text="What became of a batch.",
    fields={
        "object": kind("batch"),
        "strategy": one_of(list(Strategy), sample="best_effort", text="As it was asked for."),
        "posted": number("How many."),
        "refused": number("How many.", sample=0),
        "data": Listing(text="In the order sent.", of=ITEM, most=MOST_IN_ONE_BATCH),
    },
)


class Batches(Endpoint):
    @Operation(
        name="post_batch",
        tag=Tag.BOUNTIES,
        title="Post many bounties",
        text="One hold for all of them. Each is answered like a call of its own, in the order in which they were sent.",
        scope="post",
        once=True,
        body=BATCH,
        answers={
            201: Said("All are posted.", POSTED),
            200: Said("As many as can be are posted; see each.", POSTED),
        },
        refusals=(*asking.POSTING_REFUSALS, BatchRefused, BatchTooLarge),
    )
    def post(self, request: Request) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            buyer = self.account()
            given = self.read_body()
            strategy, now = given["strategy"], buyer.time_of(at)
            wishes = [_read(each, at=now) for each in given["bounties"]]
            answers = operations.post_batch(
                buyer=buyer, wishes=wishes, strategy=strategy, at=at, spender=self.spender()
            )
            status = HTTPStatus.CREATED if strategy is Strategy.ALL_OR_NOTHING else HTTPStatus.OK
            return status, self._show(given["bounties"], answers, strategy, at=at)

        return self.once(work)

    def _show(
        self, wishes: Sequence[object], answers: list[Bounty | DomainError], strategy: Strategy, *, at: datetime
    ) -> dict[str, Any]:
        each_with_its_wish = enumerate(zip(wishes, answers, strict=True))
        shown = [self._show_one(index, wish, each, at=at) for index, (wish, each) in each_with_its_wish]
        posted = sum(each["bounty"] is not None for each in shown)
        return {
            "object": "batch",
            "strategy": str(strategy),
            "posted": posted,
            "refused": len(shown) - posted,
            "data": shown,
        }

    def _show_one(self, index: int, wish: object, answer: Bounty | DomainError, *, at: datetime) -> dict[str, Any]:
        if isinstance(answer, Bounty):
            bounty = showing.bounty(answer, at=at)
            return {"index": index, "status": HTTPStatus.CREATED.value, "bounty": bounty, "problem": None}
        body = wish if isinstance(wish, dict) else None
        alone = Asked("POST", "/v1/bounties", body, self.caller.mode, place=f"/bounties/{index}")
        problem = problems.of_refusal(answer, at=at, fix_call=call_that_mends(answer, alone))
        shown = problem.render(request_id=self.request_id)
        return {"index": index, "status": problem.status.value, "bounty": None, "problem": shown}


def _as_it_is(wish: object, param: str) -> object:
    """Read one by one: what is wrong with one bounty is that one's answer."""
    return wish


def _read(wish: object, *, at: datetime) -> Draft | DomainError:
    try:
        return drafts.read(wish, at=at)
    except DomainError as refusal:
        return refusal
