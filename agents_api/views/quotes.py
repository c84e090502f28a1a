"""What a bounty would cost, what was paid near there, how long it took, and whether it may be. Nothing is done."""

from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import asking
from agents_api.answers import CURRENCY, NEXT_ACTION, Listing, Record, kind, moment, money, number, one_of, words
from agents_api.describing import Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.problems import Call
from agents_api.sandbox import sending as sandbox
from agents_api.sandbox.simulating import SimulationOnlyInTest
from agents_api.showing.bounties import FINDING
from agents_api.views.bounties import BESIDES, DRY_RUN, POST
from bounties import drafts, queries, reading
from bounties.operations import posting
from bounties.operations.posting import Quote
from bounties.places import Place
from bounties.queries import Experience
from bounties.screening import Outcome
from bounties.shapes import Nullable
from market import clock
from market.ledger import queries as ledger
from market.ledger.postings import Book
from market.money import format_micros
from market.payments.deposits import amount_towards
from market.payments.spending import seasoning_of

_SENTENCES = {
    Outcome.ALLOW: "It is held and open as soon as it is posted.",
    Outcome.REVIEW: "One of our staff looks at it first; nothing is held meanwhile.",
    Outcome.REFUSE: "It cannot be posted.",
}

QUOTE = Record(
    name="Quote",
    text="What posting this would cost, and whether it may be posted. Nothing is held and nothing is promised.",
    fields={
        "object": kind("quote"),
        "reward": money("To the scout, for one slot."),
        "blocked_reward": money("To a scout who truthfully could not get there.", sample="0.75"),
        "fee": money("Ours, on top, for one slot.", sample="0.25"),
        "slots": number("How many observations are wanted.", least=1),
        "total": money("What would be held.", sample="2.75"),
        "currency": CURRENCY,
        "available": money("Your balance.", sample="1000.00"),
        "missing": money("What has to be deposited before it can be posted.", sample="0.00"),
        "spendable_from": Nullable(
            text="Null: now. Otherwise a new agent's money by card still seasons, and not all of it may be used yet.",
            of=moment("When it can be posted at the earliest.", sample="2026-11-20T15:00:00Z"),
            sample=None,
        ),
        "suggested_reward": Nullable(
            text="The middle half of what was paid near there lately; null: too little to tell.",
            of=Record(
                fields={
                    "low": money("A quarter was paid less.", sample="2.00"),
                    "middle": money("Half were paid less.", sample="2.50"),
                    "high": money("A quarter was paid more.", sample="4.00"),
                    "bounties": number("Of how many.", sample=12),
                    "within_m": number("How near.", sample=queries.NEAR_M),
                    "within_days": number("How lately.", sample=queries.LOOKED_BACK.days),
                }
            ),
        ),
        "expected_fill_seconds": Nullable(text="The usual time to a result near there.", of=number(sample=1_800)),
        "policy": Record(
            text="Whether it may be posted.",
            fields={
                "outcome": one_of(list(Outcome), text="`review`: one of our staff would look first."),
                "sentence": words("For a person.", sample=_SENTENCES[Outcome.ALLOW]),
                "findings": Listing(text="What screening found; empty: nothing.", of=FINDING, sample=[]),
            },
        ),
        "next_action": NEXT_ACTION,
    },
)


class Quotes(Endpoint):
    @Operation(
        name="quote",
        tag=Tag.BOUNTIES,
        title="Ask what a bounty would cost",
        text="The same body as for posting. Answers fee and total, and whether our rules allow it. No money moves.",
        scope="read",
        body=POST,
        answers={200: Said("What it would cost.", QUOTE)},
        refusals=(*asking.DRAFT_REFUSALS, SimulationOnlyInTest),
    )
    def post(self, request: Request) -> Response:
        account, at = self.account(), clock.now()
        wish = {name: value for name, value in self.body.items() if name != DRY_RUN}
        reading.truth(self.body.get(DRY_RUN, False), param=f"/{DRY_RUN}")
        sandbox.check(wish, agent=account)
        draft = drafts.read(wish, at=account.time_of(at), besides=BESIDES)
        quote = posting.quote(draft)
        place = Place.of_e7(draft.place.latitude_e7, draft.place.longitude_e7)
        experience = queries.experience_near(place, mode=account.mode, at=at)
        available = ledger.agent_balance(Book.of(account.mode), account.id).available_micros
        missing = max(0, quote.total_micros - available)
        seasoning = seasoning_of(agent_id=account.id, mode=account.mode, at=at)
        spendable_from = seasoning.until if seasoning and quote.total_micros > seasoning.free_micros else None
        return Response(
            {
                "object": "quote",
                "reward": format_micros(draft.reward_micros),
                "blocked_reward": format_micros(draft.blocked_reward_micros),
                "fee": format_micros(quote.price.fee_micros),
                "slots": quote.slots,
                "total": format_micros(quote.total_micros),
                "currency": "usd",
                "available": format_micros(available),
                "missing": format_micros(missing),
                "spendable_from": spendable_from,
                "suggested_reward": _suggested(experience),
                "expected_fill_seconds": round(experience.usual_wait.total_seconds()) if experience else None,
                "policy": _policy(quote),
                "next_action": _next(quote, missing, spendable_from, wish, mode=account.mode),
            }
        )


def _suggested(experience: Experience | None) -> dict[str, Any] | None:
    """The middle half of what was paid near there lately. Null where there was too little to tell."""
    if experience is None:
        return None
    return {
        "low": format_micros(experience.low_micros),
        "middle": format_micros(experience.middle_micros),
        "high": format_micros(experience.high_micros),
        "bounties": experience.count,
        "within_m": queries.NEAR_M,
        "within_days": queries.LOOKED_BACK.days,
    }


def _policy(quote: Quote) -> dict[str, Any]:
    outcome = quote.screening.outcome
    why = [each.sentence for each in quote.screening.findings if each.outcome is outcome]
    return {
        "outcome": str(outcome),
        "sentence": " ".join([_SENTENCES[outcome], *dict.fromkeys(why)]),
        "findings": posting.findings_of(quote.screening),
    }


def _next(
    quote: Quote, missing: int, spendable_from: datetime | None, wish: dict[str, Any], *, mode: str
) -> dict[str, Any]:
    if quote.screening.outcome is Outcome.REFUSE:
        return {"do": "ask_for_something_else", "call": None, "until": None}
    if missing:
        deposit = Call("POST", "/v1/deposits", {"amount": format_micros(amount_towards(missing, mode=mode))})
        return {"do": "deposit", "call": deposit.render(), "until": None}
    if spendable_from:
        return {"do": "wait", "call": None, "until": spendable_from}
    return {"do": "post", "call": Call("POST", "/v1/bounties", wish).render(), "until": None}
