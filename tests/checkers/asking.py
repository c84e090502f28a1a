"""What schemathesis is told about us. Loaded by it, in the environment of the checkers: nothing of ours is there.

Every check stays on. What is said here is only what no document can say: that a key is used once, that the key which
the checker itself calls with must live, and which refusals are about meaning and not about form.
"""

import itertools
import os
import random
import re
import uuid
from typing import Any

import schemathesis

# Of one agent: their secrets, in turn, so that the allowance of none runs out; their ids; and the id of one to spare.
SECRETS = itertools.cycle(os.environ["TEST_SECRETS"].split())
OWN_KEYS, OTHER_KEY = os.environ["TEST_OWN_KEYS"].split(), os.environ["TEST_OTHER_KEY"]
# Valid by its form and yet refused: a window in the past, more money than there is, a ground that does not fit.
MEANING = frozenset(os.environ["TEST_MEANING"].split())
_PATIENT = {str(seconds) for seconds in range(2, 61)}


@schemathesis.auth(refresh_interval=None)
class Keys:
    def get(self, case: Any, context: Any) -> str:
        return next(SECRETS)

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    # Callers without a key are counted by their address, which a proxy on the same machine may tell.
    case.headers["X-Forwarded-For"] = ".".join(str(random.randint(1, 254)) for _ in range(4))
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch(r"[\x21-\x7e]{1,255}", key):
        # The document shows one example of a key to all; whoever sends it twice with two bodies is rightly refused.
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if (case.path_parameters or {}).get("key_id") in OWN_KEYS:
        case.path_parameters["key_id"] = OTHER_KEY
    if str((case.query or {}).get("wait")) in _PATIENT:
        case.query["wait"] = 1


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Whether a failure counts."""
    name = type(failure).__name__
    if name == "RejectedPositiveData":
        return response.json().get("code") not in MEANING
    if name == "AcceptedNegativeData" and case.operation.path == "/v1/bounties/batch":
        return not response.json()["refused"]  # each item is answered by itself, and this one was refused
    # OpenAPI 3.1 has no words for what the events of a stream are; `tests/answers.py` holds them to their schema.
    return "SSE" not in failure.title
