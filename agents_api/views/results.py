"""Results: read, accept, reject."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import pages, versions
from agents_api.door import Endpoint
from agents_api.showing import results as showing
from agents_api.views.bounties import read_bounty_id
from bounties import reading
from bounties.models import Bounty, Submission
from bounties.operations import reviewing
from bounties.operations.locking import NoSuchBounty, NoSuchSubmission


def find(result_id: str, *, buyer_id: UUID) -> Submission:
    rows = Submission.objects.select_related("slot").filter(bounty__buyer_id=buyer_id, state__in=showing.VISIBLE)
    found = rows.filter(pk=showing.read_result_id(result_id)).first()
    if found is None:
        raise NoSuchSubmission("There is no such result.")
    return found


class ResultsOfBounty(Endpoint):
    scopes: ClassVar = {"GET": "read"}

    def get(self, request: Request, bounty_id: str) -> Response:
        limit = pages.read_limit(request.query_params.get("limit"))
        before = pages.read_cursor(request.query_params.get("cursor"))
        mine = Bounty.objects.filter(pk=read_bounty_id(bounty_id), buyer_id=self.caller.account_id)
        if not mine.exists():
            raise NoSuchBounty("There is no such bounty.")
        rows = Submission.objects.select_related("slot").filter(
            bounty_id=read_bounty_id(bounty_id), state__in=showing.VISIBLE
        )
        found = list((rows.filter(id__lt=before) if before else rows).order_by("-id")[: limit + 1])
        return Response(pages.page(found, limit=limit, position=lambda row: row.id, show=showing.result))


class OneResult(Endpoint):
    scopes: ClassVar = {"GET": "read"}

    def get(self, request: Request, result_id: str) -> Response:
        found = find(result_id, buyer_id=self.caller.account_id)
        return versions.answer(request, showing.result(found))


class Acceptance(Endpoint):
    scopes: ClassVar = {"POST": "review"}

    def post(self, request: Request, result_id: str) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            reading.fields(request.data, param="", known=())
            found = find(result_id, buyer_id=self.caller.account_id)
            return HTTPStatus.OK, showing.result(reviewing.accept(buyer=self.account(), submission_id=found.id, at=at))

        return self.once(work)


class Rejection(Endpoint):
    scopes: ClassVar = {"POST": "review"}

    def post(self, request: Request, result_id: str) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            given = reading.fields(request.data, param="", known=("ground", "note"), needed=("ground",))
            found = find(result_id, buyer_id=self.caller.account_id)
            note = given.get("note") or ""
            if not isinstance(note, str):
                raise reading.InvalidField("This must be a text.", param="/note")
            rejected = reviewing.reject(
                buyer=self.account(), submission_id=found.id, ground_code=given["ground"], note=note, at=at
            )
            return HTTPStatus.OK, showing.result(rejected)

        return self.once(work)
