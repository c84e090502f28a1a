"""When too many agents are made at once, whoever wants one more pays with a second of computing.

A challenge is signed and not stored: it names its difficulty and its end, and is good for the network that asked for
it. Answered, it is remembered until it would have ended anyway, so that one answer makes one agent.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils.crypto import constant_time_compare, salted_hmac

from agents_api import limits
from agents_api.limits import Limit, TooManyCalls
from bounties import reading
from market.errors import DomainError, Kind

FIELD = "proof_of_work"
BITS = 20  # about a second for a program in Python
LIFE = timedelta(minutes=10)
_ONCE = Limit("proof", calls=1, window=LIFE)
_LONGEST = 200
RULE = (
    "Find a text `nonce` such that the SHA-256 of `challenge`, a colon and `nonce` begins with `difficulty_bits` zero "
    "bits. Send the same request with both in `proof_of_work`."
)


class ProofOfWorkNeeded(DomainError):
    """Very many agents are being made at the moment. `facts`: challenge, difficulty_bits, algorithm, rule, until."""

    code = "proof_of_work_needed"
    kind: ClassVar[Kind] = Kind.LIMITED
    fix = "Answer the challenge as `facts.rule` says, with the same request; or wait and send it without."
    retryable = True


class ProofOfWorkRefused(DomainError):
    """The proof of work is none: not ours, not for this network, too old, used before, or not worked."""

    code = "proof_of_work_refused"
    fix = "Send the request without proof_of_work. If one is still wanted, the answer brings a new challenge."


@dataclass(frozen=True)
class Challenge:
    text: str
    bits: int
    ends_at: datetime

    def is_met_by(self, nonce: str) -> bool:
        digest = hashlib.sha256(f"{self.text}:{nonce}".encode()).digest()
        return int.from_bytes(digest) >> (256 - self.bits) == 0


def require(given: object, *, caller: str, at: datetime) -> None:
    """Let one more agent be made: for nothing while there are few, else for the proof that `given` holds."""
    if given is not None:
        _check(given, caller=caller, at=at)
        return
    try:
        limits.spend(limits.NEW_AGENTS, caller="everybody", at=at)
    except TooManyCalls as busy:
        challenge = issue(caller=caller, at=at)
        raise ProofOfWorkNeeded(
            "Very many agents are being made at the moment.",
            param=f"/{FIELD}",
            retry_at=busy.retry_at,
            facts={
                "challenge": challenge.text,
                "difficulty_bits": challenge.bits,
                "algorithm": "sha256",
                "rule": RULE,
                "until": challenge.ends_at,
            },
        ) from busy


def issue(*, caller: str, at: datetime) -> Challenge:
    ends_at = at + LIFE
    unsigned = f"{secrets.token_hex(16)}.{BITS}.{int(ends_at.timestamp())}"
    return Challenge(f"{unsigned}.{_signature(unsigned, caller)}", BITS, ends_at)


def _check(given: object, *, caller: str, at: datetime) -> None:
    proof = reading.fields(given, param=f"/{FIELD}", known=("challenge", "nonce"), needed=("challenge", "nonce"))
    text, nonce = proof["challenge"], proof["nonce"]
    if not (_is_short(text) and _is_short(nonce)):
        raise ProofOfWorkRefused("This is no proof.", param=f"/{FIELD}")
    unsigned, _, signature = text.rpartition(".")
    if not constant_time_compare(signature, _signature(unsigned, caller)):
        raise ProofOfWorkRefused("This challenge was not given out here, or to another.", param=f"/{FIELD}/challenge")
    # Ours, so it has the form that we gave it.
    number, bits, ends = unsigned.split(".")
    if int(ends) <= at.timestamp():
        raise ProofOfWorkRefused("This challenge has ended.", param=f"/{FIELD}/challenge")
    if not Challenge(text, int(bits), at).is_met_by(nonce):
        raise ProofOfWorkRefused(f"It does not begin with {bits} zero bits.", param=f"/{FIELD}/nonce")
    try:
        limits.spend(_ONCE, caller=number, at=at)
    except TooManyCalls as again:
        raise ProofOfWorkRefused("This challenge was answered before.", param=f"/{FIELD}/challenge") from again


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and 0 < len(value) <= _LONGEST


def _signature(unsigned: str, caller: str) -> str:
    return salted_hmac("agents_api.proof_of_work", f"{unsigned}|{caller}", algorithm="sha256").hexdigest()
