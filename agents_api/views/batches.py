"""Many bounties in one call. The caller says whether all or none, or as many as can be."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import problems
from agents_api.door import Endpoint
from agents_api.showing import bounties as showing
from bounties import drafts, operations, reading
from bounties.drafts import Draft
from bounties.models import Bounty
from bounties.operations.batches import Strategy
from bounties.operations.posting import MOST_IN_ONE_BATCH
from market.errors import DomainError


class Batches(Endpoint):
    scopes: ClassVar = {"POST": "post"}

    def post(self, request: Request) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            buyer = self.account()
            given = reading.fields(
                request.data, param="", known=("strategy", "bounties"), needed=("strategy", "bounties")
            )
            strategy = reading.choice(given["strategy"], Strategy, param="/strategy")
            now = buyer.time_of(at)
            wishes = reading.items(
                given["bounties"],
                lambda each, _: _read(each, at=now),
                param="/bounties",
                least=1,
                most=MOST_IN_ONE_BATCH,
            )
            answers = operations.post_batch(
                buyer=buyer, wishes=wishes, strategy=strategy, at=at, spender=self.spender()
            )
            status = HTTPStatus.CREATED if strategy is Strategy.ALL_OR_NOTHING else HTTPStatus.OK
            return status, self._show(answers, strategy, at=at)

        return self.once(work)

    def _show(self, answers: list[Bounty | DomainError], strategy: Strategy, *, at: datetime) -> dict[str, Any]:
        shown = [self._show_one(index, each, at=at) for index, each in enumerate(answers)]
        posted = sum(each["bounty"] is not None for each in shown)
        return {
            "object": "batch",
            "strategy": str(strategy),
            "posted": posted,
            "refused": len(shown) - posted,
            "data": shown,
        }

    def _show_one(self, index: int, answer: Bounty | DomainError, *, at: datetime) -> dict[str, Any]:
        if isinstance(answer, Bounty):
            bounty = showing.bounty(answer, at=at)
            return {"index": index, "status": HTTPStatus.CREATED.value, "bounty": bounty, "problem": None}
        problem = problems.of_refusal(answer, at=at)
        shown = problem.render(request_id=self.request_id)
        return {"index": index, "status": problem.status.value, "bounty": None, "problem": shown}


def _read(wish: object, *, at: datetime) -> Draft | DomainError:
    try:
        return drafts.read(wish, at=at)
    except DomainError as refusal:
        return refusal
