"""What schemathesis is told about us. Loaded by it, in the environment of the checkers: nothing of ours is there.

Every check stays on. What is said here is only what no document can say: that a key is used once, that the key which
the checker itself calls with must live, and which refusals are about meaning and not about form.
"""

import os
import re
import uuid
from typing import Any

import schemathesis

OWN_KEY, OTHER_KEY = os.environ["TEST_OWN_KEY"], os.environ["TEST_OTHER_KEY"]
# Valid by its form and yet refused: a window in the past, more money than there is, a ground that does not fit.
MEANING = frozenset(os.environ["TEST_MEANING"].split())
_PATIENT = range(2, 61)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch(r"[\x21-\x7e]{1,255}", key):
        # The document shows one example of a key to all; whoever sends it twice with two bodies is rightly refused.
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if (case.path_parameters or {}).get("key_id") == OWN_KEY:
        case.path_parameters["key_id"] = OTHER_KEY
    if (case.query or {}).get("wait") in _PATIENT:
        case.query["wait"] = 1


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Whether a failure counts. A refusal of what is well-formed does, unless its code is one about meaning."""
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    return response.json().get("code") not in MEANING
