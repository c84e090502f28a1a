"""The agents' door for models: ten tools at /mcp, each of which asks the API below /v1 as any client does.

So keys, scopes, caps, rate limits, idempotency and refusals are the API's own, and no rule stands here twice.
"""

from typing import Final

# What the server says of itself once it is connected to, and its card before.
NAME: Final = "sightline"
TITLE: Final = "Sightline"
VERSION: Final = "1"
SAYS: Final = "Pay people nearby to look at places for you; get photographs, checked, with answers."
# Those of the protocol's package, which pages need not load for three dates; a test compares them.
PROTOCOL_VERSIONS: Final = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28")
