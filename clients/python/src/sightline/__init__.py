"""Buy observations of the physical world: the client of a Sightline exchange.

from sightline import Sightline

exchange = Sightline("http://localhost:8000")
exchange.sign_up("My agent")
bounty = exchange.post(title=…, questions=[…], place={…}, window={…}, reward="2.50", simulate={"outcome": "good"})
bounty = exchange.wait(bounty["id"])
for result in exchange.results(bounty["id"]): …
"""

from sightline.async_client import AsyncSightline
from sightline.client import Sightline
from sightline.errors import (
    BadAnswer,
    Conflict,
    Forbidden,
    InvalidRequest,
    InvalidSignature,
    NotAuthenticated,
    NotEnoughMoney,
    NotFound,
    NotReached,
    Refused,
    SightlineError,
    StillWaiting,
    TooManyCalls,
    Unavailable,
)
from sightline.exchange import Patience

__all__ = [
    "AsyncSightline",
    "BadAnswer",
    "Conflict",
    "Forbidden",
    "InvalidRequest",
    "InvalidSignature",
    "NotAuthenticated",
    "NotEnoughMoney",
    "NotFound",
    "NotReached",
    "Patience",
    "Refused",
    "Sightline",
    "SightlineError",
    "StillWaiting",
    "TooManyCalls",
    "Unavailable",
]
