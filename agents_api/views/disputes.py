"""Disputes: opened, read, written to, taken back. The default ruling and the deadlines are the rules' own."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import pages, versions, waits
from agents_api.answers import an_id
from agents_api.describing import Link, Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.showing import disputes as showing
from bounties import queries
from bounties.models import Dispute
from bounties.operations import disputing
from bounties.operations.locking import NoSuchDispute, NoSuchSubmission
from bounties.policies import grounds
from bounties.policies.disputes import MESSAGES_PER_SIDE
from bounties.shapes import Body, By, Text
from market.ids import decode
from market.transitions import WrongState

OF_THIS_DISPUTE = {
    "get_dispute": Link("get_dispute", {"dispute_id": "$response.body#/id"}),
    "write_to_dispute": Link("write_to_dispute", {"dispute_id": "$response.body#/id"}),
}


def _read_result_id(value: object, param: str) -> UUID:
    found = decode("sub", value) if isinstance(value, str) else None
    if found is None:
        raise NoSuchSubmission("There is no such result.", param=param)
    return found


NEW_DISPUTE = Body(
    name="NewDispute",
    fields={
        "result": By(
            text="The accepted result that you contest.",
            reads=_read_result_id,
            says=an_id("sub").bare,
            refuses=frozenset({NoSuchSubmission}),
            sample=an_id("sub").example(),
        ),
        "ground": By(
            text="One of the published grounds: "
            + " ".join(f"`{each.code}`: {each.sentence}" for each in grounds.BUYERS_DISPUTE.values()),
            reads=lambda value, param: grounds.ground(value, grounds.BUYERS_DISPUTE, param=param).code,
            says=lambda _: {"type": "string", "enum": list(grounds.BUYERS_DISPUTE)},
            refuses=frozenset({grounds.UnknownGround}),
            sample=next(iter(grounds.BUYERS_DISPUTE)),
        ),
        "note": Text(
            text="What is wrong. The scout and our staff read it.",
            most=2_000,
            least=0,
            lines=True,
            sample="The second picture shows that it is closed.",
        ),
    },
    needed=("result", "ground"),
    default={"note": ""},
    or_null=("note",),
)
NEW_MESSAGE = Body(
    name="NewDisputeMessage",
    fields={
        "text": Text(
            text="The scout and our staff read it.", most=2_000, lines=True, sample="The second picture shows it."
        )
    },
    needed=("text",),
)


def find(dispute_id: UUID, *, buyer_id: UUID) -> Dispute:
    found = queries.disputes_of(buyer_id).filter(pk=dispute_id).first()
    if found is None:
        raise NoSuchDispute("There is no such dispute.")
    return found


class Disputes(Endpoint):
    @Operation(
        name="list_disputes",
        tag=Tag.DISPUTES,
        title="List disputes",
        text="Newest first: those that you have opened, and scouts' appeals against rejections of your results.",
        scope="read",
        query=pages.QUERY,
        answers={200: Said("A page of disputes.", showing.DISPUTE_PAGE)},
    )
    def get(self, request: Request) -> Response:
        found = pages.newest(queries.disputes_of(self.caller.account_id), self.query)
        return pages.answer(request, self.query, found, show=showing.dispute)

    @Operation(
        name="open_dispute",
        tag=Tag.DISPUTES,
        title="Dispute an accepted result",
        text="While its dispute window is open, once. The scout's reward waits; the scout may answer; one of our staff"
        " rules by `rule_by`, and if nobody does, `default_ruling` stands. If it is for you, the money comes back.",
        scope="review",
        once=True,
        body=NEW_DISPUTE,
        answers={201: Said("The dispute.", showing.DISPUTE, links=OF_THIS_DISPUTE)},
        refusals=(
            NoSuchSubmission,
            WrongState,
            disputing.DecisionIsFinal,
            disputing.AlreadyContested,
            disputing.TooLateToContest,
        ),
    )
    def post(self, request: Request) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            given = self.read_body()
            opened = disputing.dispute(
                buyer=self.account(),
                submission_id=given["result"],
                ground_code=given["ground"],
                note=given["note"],
                at=at,
            )
            return HTTPStatus.CREATED, showing.dispute(opened)

        return self.once(work)


class OneDispute(Endpoint):
    @Operation(
        name="get_dispute",
        tag=Tag.DISPUTES,
        title="Read a dispute, or wait for news of it",
        text="With what both sides and our staff wrote, the deadlines, and what stands when nobody rules. With `wait`"
        " the answer comes as soon as the version is higher than `since_version`: somebody wrote, or it was decided; or"
        " when the time is over with the dispute as it is: then ask again.",
        scope="read",
        query={"wait": waits.SECONDS, "since_version": waits.SINCE_VERSION},
        answers={200: Said("The dispute.", showing.DISPUTE, etag=True, links=OF_THIS_DISPUTE)},
    )
    def get(self, request: Request, dispute_id: UUID) -> Response:
        found = find(dispute_id, buyer_id=self.caller.account_id)
        # Whoever waits has said which version it knows, and wants to hear of the next.
        unless_known = not waits.asked(self.query).is_for(found.version)
        return versions.answer(request, showing.dispute(found), unless_known=unless_known)


class DisputeMessages(Endpoint):
    @Operation(
        name="write_to_dispute",
        tag=Tag.DISPUTES,
        title="Write to a dispute",
        text=f"While it runs, at most {MESSAGES_PER_SIDE} messages. The first one to a scout's appeal is your answer: a"
        " ruling need not wait any longer.",
        scope="review",
        once=True,
        body=NEW_MESSAGE,
        answers={201: Said("The dispute, with the message.", showing.DISPUTE, links=OF_THIS_DISPUTE)},
        refusals=(WrongState, disputing.TooManyMessages),
    )
    def post(self, request: Request, dispute_id: UUID) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            text = self.read_body()["text"]
            written = disputing.write(account=self.account(), dispute_id=dispute_id, text=text, at=at)
            return HTTPStatus.CREATED, showing.dispute(written)

        return self.once(work)


class Withdrawal(Endpoint):
    @Operation(
        name="withdraw_dispute",
        tag=Tag.DISPUTES,
        title="Take a dispute back",
        text="Your own. The decision stands; it cannot be contested again.",
        scope="review",
        once=True,
        answers={200: Said("The dispute, withdrawn.", showing.DISPUTE, links=OF_THIS_DISPUTE)},
        refusals=(WrongState, NoSuchDispute),
    )
    def post(self, request: Request, dispute_id: UUID) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            self.read_body()
            withdrawn = disputing.withdraw(account=self.account(), dispute_id=dispute_id, at=at)
            return HTTPStatus.OK, showing.dispute(withdrawn)

        return self.once(work)
