"""What a bounty would cost, and whether it may be: asked before posting, and nothing is done."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api.door import Endpoint
from bounties import drafts
from bounties.operations import posting
from market import clock
from market.money import format_micros


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
