"""Test mode's own calls: have a simulated scout go."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api.describing import Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.sandbox import sending
from agents_api.showing import simulations as showing


class Simulations(Endpoint):
    @Operation(
        name="simulate_scout",
        tag=Tag.TESTING,
        title="Send a simulated scout",
        text="Claims, captures and hands in as a person would, through the same checks. Then follow `next_action`.",
        scope="post",
        once=True,
        body=sending.ORDER,
        answers={202: Said("The scout is on the way.", showing.SIMULATION)},
        refusals=sending.REFUSALS,
        only_test=True,
    )
    def post(self, request: Request, bounty_id: UUID) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            outcome = self.read_body()["outcome"]
            made = sending.send_scout(agent=self.account(), bounty_id=bounty_id, outcome=outcome, at=at)
            return HTTPStatus.ACCEPTED, showing.simulation(made)

        return self.once(work)
