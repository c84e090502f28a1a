"""Beginning: an agent signs itself up in one call, and sees what it is and has."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import limits, proof_of_work
from agents_api.door import Endpoint
from agents_api.showing import money as showing
from bounties import reading
from market import clock
from market.accounts.models import Account, Agent
from market.accounts.operations.agents import create_agent
from market.config import config
from market.ids import encode
from market.payments import play_money

DOCUMENTS = {"llms": "/llms.txt", "openapi": "/v1/openapi.json", "errors": "/docs/errors"}


def show_agent(account: Account, agent: Agent, *, at: datetime) -> dict[str, Any]:
    return {
        "id": encode("agt", account.id),
        "object": "agent",
        "name": agent.name,
        "mode": account.mode,
        "claimed": agent.owner_id is not None,
        "created_at": account.created_at,
        "time": account.time_of(at),
    }


class Agents(Endpoint):
    """Without credentials: whoever calls has none yet."""

    limit = limits.SIGNUP

    def post(self, request: Request) -> Response:
        given = reading.fields(request.data, param="", known=("name", "contact", proof_of_work.FIELD), needed=("name",))
        at = clock.now()
        proof_of_work.require(given.get(proof_of_work.FIELD), caller=self.neighbourhood, at=at)
        with transaction.atomic():
            new = create_agent(name=_text(given, "name"), contact=_text(given, "contact"), at=at)
            account = new.agent.account
            play_money.grant(agent=account, amount_micros=play_money.FIRST_GRANT_MICROS, grant_id=account.id, at=at)
        return Response(
            {
                "agent": show_agent(account, new.agent, at=at),
                "key": new.key_text,
                "claim_url": f"{config.public_url}/owner/claim/{new.claim_token}",
                "balance": showing.balance(account),
                "docs": {name: f"{config.public_url}{path}" for name, path in DOCUMENTS.items()},
            },
            status=201,
        )


class ThisAccount(Endpoint):
    scopes: ClassVar = {"GET": "read"}

    def get(self, request: Request) -> Response:
        agent = Agent.objects.select_related("account").get(pk=self.caller.account_id)
        shown = show_agent(agent.account, agent, at=clock.now())
        return Response(
            shown | {"key": {"id": encode("key", self.caller.key_id), "scopes": sorted(self.caller.scopes)}}
        )


def _text(given: Any, name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise reading.InvalidField("This must be a text.", param=f"/{name}")
    return value
