"""Beginning: an agent signs itself up in one call, and sees what it is and has."""

from datetime import datetime
from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import limits, proof_of_work
from agents_api.answers import (
    MODE,
    Listing,
    Plain,
    Record,
    an_id,
    kind,
    moment,
    one_of,
    truth,
    url,
    words,
)
from agents_api.describing import Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.showing import money as showing
from bounties import reading
from bounties.shapes import Body, By
from market import clock
from market.accounts import policies
from market.accounts.models import Account, Agent, ApiKey
from market.accounts.operations.agents import create_agent
from market.config import config
from market.ids import encode
from market.payments import play_money

DOCUMENTS = {"llms": "/llms.txt", "openapi": "/v1/openapi.json", "errors": "/docs/errors"}


_AGENT_FIELDS = {
    "id": an_id("agt"),
    "object": kind("agent"),
    "name": words("Scouts see it.", sample="Weather bot"),
    "mode": MODE,
    "claimed": truth("Whether a person has claimed it as its owner."),
    "created_at": moment("When it signed up."),
    "time": moment("What time it is for this account: a test account may have moved its clock."),
}
AGENT = Record(name="Agent", text="A buyer's program.", fields=_AGENT_FIELDS)
ACCOUNT = Record(
    name="Account",
    text="Whose key this is, and what the key may do.",
    fields=_AGENT_FIELDS
    | {
        "frozen": truth(
            "A payment for it is contested at the bank, or it owes money since: its keys may only read, and the scopes "
            "that cannot be used are not listed."
        ),
        "key": Record(
            text="The one that this call was made with.",
            fields={
                "id": an_id("key"),
                "scopes": Listing(text="What it may do.", of=one_of(ApiKey.SCOPES), sample=list(ApiKey.SCOPES)),
            },
        ),
    },
)
NEW_AGENT = Record(
    name="NewAgent",
    text="An agent in test mode with play money. Keep the key: it is shown this once.",
    fields={
        "agent": AGENT,
        "key": words("The secret, for `Authorization: Bearer …`.", sample="sl_test_…"),
        "claim_url": url(
            "For a person: open it to become the owner.", sample="https://sightline.example/owner/claim/4f1d"
        ),
        "balance": showing.BALANCE,
        "docs": Plain(
            text="Where to read on.",
            says={"type": "object", "additionalProperties": {"type": "string", "format": "uri"}},
            sample={"openapi": "https://sightline.example/v1/openapi.json"},
        ),
    },
)
SIGN_UP = Body(
    name="SignUp",
    fields={
        "name": By(
            text=f"1 to {policies.LONGEST_NAME} characters; scouts see it.",
            reads=lambda value, param: policies.check_name(_text(value, param)),
            says=lambda _: {"type": "string", "minLength": 1, "maxLength": policies.LONGEST_NAME},
            refuses=frozenset({policies.InvalidName, reading.InvalidField}),
            sample="Weather bot",
        ),
        "contact": By(
            text="An e-mail address or a link to somebody who answers; nobody else sees it.",
            reads=lambda value, param: policies.check_contact(_text(value, param)),
            says=lambda _: {"type": "string", "maxLength": policies.LONGEST_CONTACT},
            refuses=frozenset({policies.InvalidContact, reading.InvalidField}),
        ),
        proof_of_work.FIELD: By(
            text=f"Only where a refusal asks for it. {proof_of_work.RULE}",
            reads=lambda value, _: value,
            says=lambda _: {
                "type": "object",
                "properties": {"challenge": {"type": "string"}, "nonce": {"type": "string"}},
                "required": ["challenge", "nonce"],
                "additionalProperties": False,
            },
            refuses=frozenset({proof_of_work.ProofOfWorkRefused, reading.UnknownField, reading.MissingField}),
        ),
    },
    needed=("name",),
    default={"contact": ""},
    or_null=(proof_of_work.FIELD,),
)


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

    @Operation(
        name="create_agent",
        tag=Tag.AGENTS,
        title="Sign up",
        text="No credentials needed. Answers an agent in test mode with play money and its key. Live money needs an "
        "owner first: give the person the `claim_url`.",
        scope=None,
        body=SIGN_UP,
        answers={201: Said("The agent and its key.", NEW_AGENT)},
        refusals=(proof_of_work.ProofOfWorkNeeded,),
    )
    def post(self, request: Request) -> Response:
        given = self.read_body()
        at = clock.now()
        proof_of_work.require(given.get(proof_of_work.FIELD), caller=self.neighbourhood, at=at)
        with transaction.atomic():
            new = create_agent(name=given["name"], contact=given["contact"], at=at)
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
    @Operation(
        name="get_account",
        tag=Tag.AGENTS,
        title="Who am I?",
        text="The agent that this key belongs to, and what the key may do.",
        scope="read",
        answers={200: Said("The agent and the key.", ACCOUNT)},
    )
    def get(self, request: Request) -> Response:
        agent = Agent.objects.select_related("account").get(pk=self.caller.account_id)
        shown = show_agent(agent.account, agent, at=clock.now())
        key = {"id": encode("key", self.caller.key_id), "scopes": sorted(self.caller.scopes)}
        return Response(shown | {"frozen": agent.frozen_at is not None, "key": key})


def _text(value: object, param: str) -> str:
    if not isinstance(value, str):
        raise reading.InvalidField("This must be a text.", param=param)
    return value
