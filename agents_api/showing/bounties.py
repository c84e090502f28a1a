"""A bounty as its buyer sees it: plain values, ready to be written as JSON."""

from datetime import datetime
from typing import Any

from agents_api.answers import (
    CURRENCY,
    LATITUDE,
    LONGITUDE,
    MODE,
    NEXT_ACTION,
    Listing,
    Plain,
    Record,
    an_id,
    kind,
    moment,
    money,
    number,
    one_of,
    page_of,
    truth,
    words,
)
from agents_api.problems import Call
from bounties import drafts, postings
from bounties.models import Bounty
from bounties.screening import Outcome
from bounties.shapes import Nullable
from bounties.states import BOUNTY_ENDS, BountyState
from bounties.verdicts import Reviewer, silence_of
from market.ids import encode
from market.money import format_micros
from verification.requirements import QuestionType, Review

WAIT_SECONDS = 45


FINDING = Record(
    name="Finding",
    text="What screening found.",
    fields={
        "rule": words("Its stable name.", sample="number_plates"),
        "outcome": one_of(list(Outcome), text="What this finding alone would lead to."),
        "sentence": words("What was seen in it.", sample="This may ask for the number plates of private cars."),
        "param": words("JSON pointer to the field.", sample="/title"),
    },
)
QUESTION = Record(
    name="AskedQuestion",
    text="A question as it was understood.",
    fields={
        "id": words("Names it in the answers.", sample="q1"),
        "text": words("What the scout is asked.", sample="Is the bakery on the corner open right now?"),
        "type": one_of(list(QuestionType), sample="text", text="How it is answered."),
        "choices": Listing(text="Of a choice: one of these is the answer.", of=words(), sample=[]),
        "unit": Nullable(text="Of a number.", of=words()),
    },
)
BOUNTY = Record(
    name="Bounty",
    text="A priced request for an observation, as its buyer sees it.",
    fields={
        "id": an_id("bnt"),
        "object": kind("bounty"),
        "mode": MODE,
        "status": one_of(
            list(BountyState),
            sample="open",
            text="`screening`: one of our staff looks first, nothing is held. `unfunded`: allowed, money is missing. "
            "`open`: scouts can claim it. `closing`: what was begun is finished. The others are ends.",
        ),
        "version": number("Higher after every change that you can see, of the bounty or its results.", least=1),
        "title": words("What scouts read first.", sample="Is the bakery open?"),
        "questions": Listing(text="What the scout answers.", of=QUESTION),
        "criteria": Listing(text="What the pictures must show.", of=words(sample="The shop front is visible")),
        "place": Record(
            text="Where to look from: a point, and how far from it still counts.",
            fields={
                "lat": LATITUDE,
                "lng": LONGITUDE,
                "radius_m": number("Metres around the point.", sample=60, least=1),
            },
        ),
        "window": Record(
            text="When to look.",
            fields={
                "opens_at": moment("From then on."),
                "closes_at": moment("Until then.", sample="2026-11-20T15:00:00Z"),
            },
        ),
        "reward": money("To the scout, for one slot."),
        "blocked_reward": money("To a scout who truthfully could not get there.", sample="0.75"),
        "fee": money("Ours, on top, for one slot.", sample="0.25"),
        "currency": CURRENCY,
        "slots": number("How many observations are wanted."),
        "free_slots": number("How many a scout can still claim."),
        "unfinished_slots": number("How many have money held."),
        "total": money("All slots with their fees: what is held at most.", sample="2.75"),
        "proof": Record(
            text="What the scout must hand in.",
            fields={
                "media": drafts.MEDIA,
                "count": number("How many of them.", least=1),
                "challenge": one_of(
                    list(drafts.Challenge),
                    text="Something that cannot be known before: a code in the picture, a second viewpoint.",
                ),
                "accuracy_m": Nullable(text="How exactly the device must know its place.", of=number()),
                "daylight": truth("The sun must be up."),
            },
        ),
        "review": one_of(
            list(Review), text="`auto`: what the checks cannot decide comes to you. `buyer`: everything does."
        ),
        "review_hours": number("How long a result waits for your review; silence accepts.", sample=24),
        "least_reputation": number("Of the scouts who may claim it.", sample=0),
        "distinct_scouts": truth("Each slot is filled by somebody else.", sample=True),
        "private_note": words("Yours alone."),
        "metadata": Plain(
            text="Yours alone.", says={"type": "object", "additionalProperties": {"type": "string"}}, sample={}
        ),
        "findings": Listing(text="What screening found; empty: nothing.", of=FINDING, sample=[]),
        "created_at": moment("When it was posted."),
        "opened_at": Nullable(of=moment("When scouts could see it; null: not yet.")),
        "ended_at": Nullable(of=moment("When it was over; null: it is not.")),
        "next_action": NEXT_ACTION,
    },
)
TRIED_BOUNTY = Record(
    name="TriedBounty",
    text="The bounty that would be posted. Nothing was done.",
    fields={
        **BOUNTY.fields,
        "id": Plain(text="It has none.", says={"type": "null"}),
        "dry_run": Plain(text="Nothing was posted.", says={"type": "boolean", "const": True}, sample=True),
    },
)
BOUNTY_PAGE = page_of(BOUNTY)


def bounty_id(bounty: Bounty) -> str:
    return encode("bnt", bounty.id)


def bounty(bounty: Bounty, *, at: datetime) -> dict[str, Any]:
    price, shown_id = postings.price_of(bounty), bounty_id(bounty)
    return {
        "id": shown_id,
        "object": "bounty",
        "mode": bounty.mode,
        "status": bounty.state,
        "version": bounty.version,
        "title": bounty.title,
        "questions": bounty.questions,
        "criteria": bounty.criteria,
        "place": {
            "lat": bounty.latitude_e7 / 1e7,
            "lng": bounty.longitude_e7 / 1e7,
            "radius_m": bounty.radius_m,
        },
        "window": {"opens_at": bounty.opens_at, "closes_at": bounty.closes_at},
        "reward": format_micros(bounty.reward_micros),
        "blocked_reward": format_micros(bounty.blocked_reward_micros),
        "fee": format_micros(price.fee_micros),
        "currency": "usd",
        "slots": bounty.slots,
        "free_slots": bounty.free_slots,
        "unfinished_slots": bounty.unfinished_slots,
        "total": format_micros(price.total_micros * bounty.slots),
        "proof": {
            "media": bounty.media,
            "count": bounty.media_count,
            "challenge": bounty.challenge,
            "accuracy_m": bounty.accuracy_m,
            "daylight": bounty.daylight,
        },
        "review": bounty.review,
        "review_hours": bounty.review_hours,
        "least_reputation": bounty.least_reputation,
        "distinct_scouts": bounty.distinct_scouts,
        "private_note": bounty.private_note,
        "metadata": bounty.metadata,
        "findings": bounty.findings,
        "created_at": bounty.created_at,
        "opened_at": bounty.opened_at,
        "ended_at": bounty.ended_at,
        "next_action": _next_action(bounty, path=f"/v1/bounties/{shown_id}"),
    }


def next_action(bounty: Bounty) -> dict[str, Any]:
    """What to call next, or what is being waited for, and until when."""
    return _next_action(bounty, path=f"/v1/bounties/{bounty_id(bounty)}")


def _next_action(bounty: Bounty, *, path: str) -> dict[str, Any]:
    if bounty.asking_id is not None:
        result = Call("GET", f"/v1/results/{encode('sub', bounty.asking_id)}")
        silence = silence_of(reviewer=Reviewer.BUYER, verdict=bounty.asking_verdict)
        return {"do": "review", "call": result.render(), "until": bounty.asking_until, "silence": silence}
    if bounty.state in BOUNTY_ENDS and not bounty.result_count:
        return {"do": "nothing", "call": None, "until": None}
    if bounty.state in BOUNTY_ENDS:
        return {"do": "read_results", "call": Call("GET", f"{path}/results").render(), "until": None}
    if bounty.state == BountyState.UNFUNDED:
        return {"do": "fund", "call": Call("POST", f"{path}/fund").render(), "until": bounty.closes_at}
    call = wait_for(path, since_version=bounty.version, results=bounty.result_count)
    return {"do": "wait", "call": call, "until": bounty.closes_at}


def wait_for(path: str, *, since_version: int | None = None, results: int) -> dict[str, Any]:
    """For one more than are known, or for what the bounty asks meanwhile: claims on the way ask for nothing."""
    since = "" if since_version is None else f"&since_version={since_version}"
    return Call("GET", f"{path}?wait={WAIT_SECONDS}{since}&results={results + 1}").render()
