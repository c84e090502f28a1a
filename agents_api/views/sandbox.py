"""Test mode's own calls: have a simulated scout go."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api.door import Endpoint
from agents_api.sandbox import sending
from agents_api.showing import simulations as showing
from agents_api.views.bounties import read_bounty_id


class Simulations(Endpoint):
    scopes: ClassVar = {"POST": "post"}

    def post(self, request: Request, bounty_id: str) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            outcome = sending.read_outcome(request.data, param="")
            made = sending.send_scout(agent=self.account(), bounty_id=read_bounty_id(bounty_id), outcome=outcome, at=at)
            return HTTPStatus.ACCEPTED, showing.simulation(made)

        return self.once(work)
