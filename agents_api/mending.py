"""The one call that mends a refusal, where one does. What else is to be done, the refusal's `fix` says in words.

Nothing is promised: the call is one that the caller could have thought of, with what is known filled in.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from agents_api.problems import Call
from market.accounts.models import Mode
from market.errors import DomainError
from market.money import format_micros
from market.payments.deposits import amount_towards

# A body is given back mended only while it is small: it travels twice, and is kept with the answer.
_LARGEST_BODY: Final = 20_000


@dataclass(frozen=True)
class Asked:
    """The request that was refused. `body` is None where it was not read.

    What stands in a batch is taken for a request of its own: `place` is then where it stood in what was sent.
    """

    method: str
    path: str
    body: dict[str, Any] | None
    mode: str = Mode.TEST
    place: str = ""


Mend = Callable[[DomainError, Asked], Call | None]


def call_that_mends(refusal: DomainError, asked: Asked) -> Call | None:
    mend = _MENDS.get(refusal.code)
    return mend(refusal, asked) if mend else None


def _deposit(refusal: DomainError, asked: Asked) -> Call | None:
    missing = refusal.facts.get("missing_micros")
    if not isinstance(missing, int) or refusal.facts.get("account") != "agent_available":
        return None
    return Call("POST", "/v1/deposits", {"amount": format_micros(amount_towards(missing, mode=asked.mode))})


def _sign_up(refusal: DomainError, asked: Asked) -> Call:
    return Call("POST", "/v1/agents", {"name": "…"})


def _prove(refusal: DomainError, asked: Asked) -> Call:
    proof = {"challenge": refusal.facts["challenge"], "nonce": "…"}
    return Call("POST", "/v1/agents", {**(asked.body or {"name": "…"}), "proof_of_work": proof})


def _without_proof(refusal: DomainError, asked: Asked) -> Call:
    body = {name: value for name, value in (asked.body or {}).items() if name != "proof_of_work"}
    return Call("POST", "/v1/agents", body)


def _rename(refusal: DomainError, asked: Asked) -> Call | None:
    return _renamed(asked, refusal.param, refusal.facts.get("nearest"))


def _rename_each(refusal: DomainError, asked: Asked) -> Call | None:
    """A batch of which nothing was wrong but names."""
    mended: Call | None = None
    for each in refusal.facts["refusals"]:
        mended = _renamed(asked, each["param"], each.get("nearest"))
        if mended is None:
            return None
        asked = replace(asked, body=mended.body)
    return mended


def _renamed(asked: Asked, param: str | None, nearest: str | None) -> Call | None:
    """The same request with the field named as it was perhaps meant."""
    if not nearest or asked.body is None or not param:
        return None
    written = orjson.dumps(asked.body)
    if len(written) > _LARGEST_BODY:
        return None
    body = orjson.loads(written)
    *way, last = [step.replace("~1", "/").replace("~0", "~") for step in param.removeprefix(asked.place).split("/")[1:]]
    inside: Any = body
    for step in way:
        inside = inside[int(step)] if isinstance(inside, list) else inside[step]
    if last not in inside or nearest in inside:
        return None  # its name was cut short, or both were sent
    inside[nearest] = inside.pop(last)
    return Call(asked.method, asked.path, body)


def _look_again(refusal: DomainError, asked: Asked) -> Call:
    return Call("GET", asked.path)


def _look_at_it(refusal: DomainError, asked: Asked) -> Call | None:
    """An action stands below what it is done to, in test mode too. A dispute is opened about a result in its body."""
    if asked.path == "/v1/bounties":
        return None  # there is none yet
    if asked.path == "/v1/disputes" and asked.body:
        return Call("GET", f"/v1/results/{asked.body.get('result')}")
    path = asked.path if asked.method == "PATCH" else asked.path.rpartition("/")[0]
    return Call("GET", path.replace("/v1/test/", "/v1/", 1))


def _move_clock(refusal: DomainError, asked: Asked) -> Call | None:
    earliest = refusal.facts.get("earliest_at")
    if not isinstance(earliest, datetime):
        return None
    # Times are written in whole seconds: the first one in which it is no longer too early.
    to = earliest if not earliest.microsecond else earliest.replace(microsecond=0) + timedelta(seconds=1)
    return Call("POST", "/v1/test/clock", {"to": to})


def _cancel(refusal: DomainError, asked: Asked) -> Call:
    return Call("POST", f"{asked.path}/cancel")


def _get(path: str) -> Mend:
    return lambda _refusal, _asked: Call("GET", path)


def _get_beside(path: str) -> Mend:
    """Beside the address that was asked for, or with nothing what that stands below."""
    return lambda _refusal, asked: Call("GET", asked.path.rpartition("/")[0] + path)


_MENDS: Final[dict[str, Mend]] = {
    "insufficient_funds": _deposit,
    "not_authenticated": _sign_up,
    "proof_of_work_needed": _prove,
    "proof_of_work_refused": _without_proof,
    "unknown_field": _rename,
    "batch_refused": _rename_each,
    "version_missing": _look_again,
    "version_mismatch": _look_again,
    "wrong_state": _look_at_it,
    "simulation_too_early": _move_clock,
    "fixed_once_posted": _cancel,
    "already_relied_upon": _cancel,
    "new_words_need_screening": _cancel,
    "invalid_page_cursor": _look_again,
    "invalid_cursor": _look_again,
    "cursor_expired": _look_again,
    "nothing_to_simulate": _look_at_it,
    "too_late_to_contest": _look_at_it,
    "decision_is_final": _look_at_it,
    "not_found": _get("/v1/openapi.json"),
    "already_contested": _get("/v1/disputes"),
    "agent_frozen": _get("/v1/account"),
    "too_many_keys": _get("/v1/keys"),
    "key_not_found": _get("/v1/keys"),
    "no_such_bounty": _get("/v1/bounties"),
    "no_such_submission": _get("/v1/bounties"),
    "no_such_dispute": _get("/v1/disputes"),
    "no_such_webhook_endpoint": _get("/v1/webhook-endpoints"),
    "too_many_webhook_endpoints": _get("/v1/webhook-endpoints"),
    "no_such_webhook_delivery": _get_beside("/deliveries"),
    "no_such_media": _get_beside(""),
    "media_link_expired": _get_beside(""),
}
