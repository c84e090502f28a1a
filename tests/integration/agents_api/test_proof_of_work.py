"""Many new agents at once: the next ones compute for it, each answer is good once, and waiting is always a way."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from agents_api import limits, proof_of_work
from agents_api.limits import Limit
from agents_api.proof_of_work import Challenge, ProofOfWorkNeeded, ProofOfWorkRefused, issue, require
from market.accounts.models import Agent

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def easy_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_of_work, "BITS", 8)
    monkeypatch.setattr(limits, "NEW_AGENTS", Limit("new_agents", calls=1, window=timedelta(minutes=1)))


def solve(challenge: str, bits: int) -> dict[str, str]:
    asked = Challenge(challenge, bits, AT)
    return {"challenge": challenge, "nonce": next(str(n) for n in count() if asked.is_met_by(str(n)))}


def sign_up(client: Client, **body: Any) -> Any:
    return client.post("/v1/agents", {"name": "Bot"} | body, content_type="application/json")


def unworked(challenge: str) -> str:
    return next(str(n) for n in count() if not Challenge(challenge, 8, AT).is_met_by(str(n)))


@pytest.mark.django_db
def test_under_load_a_challenge_is_set_and_its_answer_makes_the_agent(client: Client) -> None:
    assert sign_up(client).status_code == 201
    refused = sign_up(client, contact="bot@example.com")
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["retryable"]) == (429, "proof_of_work_needed", True)
    assert problem["retry_after"] == int(refused.headers["Retry-After"])
    assert Agent.objects.count() == 1
    # As a program would do it that has only read this answer.
    facts, call = problem["facts"], problem["fix_call"]
    call["body"]["proof_of_work"]["nonce"] = solve(facts["challenge"], facts["difficulty_bits"])["nonce"]
    answered = client.post(call["path"], call["body"], content_type="application/json")
    assert answered.status_code == 201, answered.content
    assert Agent.objects.order_by("-account_id")[0].contact == "bot@example.com"


@pytest.mark.django_db
def test_one_answer_makes_one_agent(client: Client) -> None:
    sign_up(client)
    facts = sign_up(client).json()["facts"]
    proof = solve(facts["challenge"], facts["difficulty_bits"])
    assert sign_up(client, proof_of_work=proof).status_code == 201
    again = sign_up(client, proof_of_work=proof)
    assert (again.status_code, again.json()["code"]) == (422, "proof_of_work_refused")
    assert "proof_of_work" not in again.json()["fix_call"]["body"]


@pytest.mark.django_db
def test_whoever_waits_needs_no_proof() -> None:
    require(None, caller="a", at=AT)
    with pytest.raises(ProofOfWorkNeeded) as refusal:
        require(None, caller="a", at=AT)
    assert refusal.value.retry_at is not None
    require(None, caller="a", at=refusal.value.retry_at)


BAD: dict[str, Callable[[dict[str, str]], object]] = {
    "another challenge": lambda proof: proof | {"challenge": proof["challenge"].replace(proof["challenge"][0], "!", 1)},
    "an easier one": lambda proof: proof | {"challenge": proof["challenge"].replace(".8.", ".1.")},
    "a longer one": lambda proof: proof | {"challenge": proof["challenge"].replace(".17", ".27")},
    "no work": lambda proof: proof | {"nonce": unworked(proof["challenge"])},
    "too long": lambda proof: proof | {"nonce": "1" * 201},
    "empty": lambda proof: proof | {"nonce": ""},
    "no text": lambda proof: proof | {"nonce": 1},
    "no words": lambda proof: proof | {"challenge": "…"},
    "no dots": lambda proof: proof | {"challenge": "abc"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_what_is_no_proof_is_refused(change: Callable[[dict[str, str]], object]) -> None:
    challenge = issue(caller="a", at=AT)
    proof = solve(challenge.text, challenge.bits)
    with pytest.raises(ProofOfWorkRefused):
        require(change(proof), caller="a", at=AT)


@pytest.mark.django_db
def test_a_challenge_is_good_for_whoever_asked_and_for_a_while() -> None:
    challenge = issue(caller="a", at=AT)
    proof = solve(challenge.text, challenge.bits)
    with pytest.raises(ProofOfWorkRefused, match="another"):
        require(proof, caller="b", at=AT)
    with pytest.raises(ProofOfWorkRefused, match="ended"):
        require(proof, caller="a", at=challenge.ends_at)
    require(proof, caller="a", at=challenge.ends_at - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_who_send_one_answer_at_once_one_gets_through() -> None:
    challenge = issue(caller="a", at=AT)
    proof, start = solve(challenge.text, challenge.bits), threading.Barrier(16)

    def send(_: int) -> bool:
        try:
            start.wait(20)
            require(proof, caller="a", at=AT)
        except ProofOfWorkRefused:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(send, range(16))) == 1
