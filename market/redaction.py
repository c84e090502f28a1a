"""What no log line may hold: credentials, keys, e-mail addresses. Taken out of every value, whoever logged it."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

_GONE = "[redacted]"

# A value under such a name is a secret, whatever it looks like.
_SECRET_NAME = re.compile(
    r"authori[sz]ation|cookie|passw|secret|token|api[-_]?key|credential|signature|session_?key|dsn|conn_?(string|info)",
    re.IGNORECASE,
)
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Our own keys and claim tokens, and Stripe's keys, with the prefix left to tell which of them it was.
    (re.compile(r"\b((?:sl|sk|rk|pk)_(?:test|live)_|whsec_|slc_)[A-Za-z0-9_\-]+"), rf"\1{_GONE}"),
    # An Authorization header inside a text.
    (re.compile(r"\b(Bearer|Basic|Digest|Token)\s+[A-Za-z0-9._~+/=\-]{6,}", re.IGNORECASE), rf"\1 {_GONE}"),
    # user:password@ in an address.
    (re.compile(r"://[^\s/@'\"]+@"), f"://{_GONE}@"),
    # password=… in libpq's words, token=… in a query, "secret": "…" in a printed dict.
    (
        re.compile(
            r"((?:password|passwd|pwd|secret|token|api_?key|signature|sessionid|authorization)[\"']?\s*[=:]\s*)"
            r"(\"[^\"]*\"|'[^']*'|(?!\[redacted\])[^\s&,;})\"']+)",
            re.IGNORECASE,
        ),
        rf"\1{_GONE}",
    ),
    # Looked for where a word begins and not inside it: a path of 60,000 letters would else be read from each of them.
    (re.compile(r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"), "[e-mail]"),
)
_DEEPEST = 6


def redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor, the last before the line is written."""
    return {name: _clean(name, value, 0) for name, value in event.items()}


def redacted(text: str) -> str:
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def _clean(name: object, value: Any, depth: int) -> Any:
    if isinstance(name, str) and name not in ("event", "logger") and _SECRET_NAME.search(name):
        return _GONE
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping() if depth < _DEEPEST:
            return {redacted(str(key)): _clean(key, each, depth + 1) for key, each in value.items()}
        case list() | tuple() | set() | frozenset() if depth < _DEEPEST:
            return [_clean(None, each, depth + 1) for each in value]
        case _:
            return redacted(str(value))
