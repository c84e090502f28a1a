"""What the twin knows: objects by id, its clock, its balance, and the events of everything that happened.

Each object is the JSON that Stripe would answer, built by `shown`, which refuses a field that the SDK's class does not
have. Money is cents. The twin is asked by one thread at a time.
"""

import calendar
import itertools
import time
from collections import defaultdict
from typing import Any

import stripe

from tests.fakes.stripe_twin.shapes import Json

SETTLING_SECONDS = 2 * 86_400
EVENT_SECONDS = 30 * 86_400


class Trouble(Exception):
    """An error as Stripe answers it."""

    def __init__(self, status: int, message: str, *, kind: str = "invalid_request_error", **facts: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"error": {"type": kind, "message": message, **facts}}


class Books:
    def __init__(self, address: str) -> None:
        self.address = address
        self.ahead = 0
        self.lost = 0
        self.asked: dict[str, Json] = {}  # what a payment page was asked for with
        self.objects: dict[str, Json] = {}
        self.kinds: defaultdict[str, list[Json]] = defaultdict(list)  # the same by the beginning of their ids
        self.transactions: list[Json] = []
        self.unsettled: list[Json] = []
        self.settled = 0
        self.happened: dict[str, Json] = {}
        self.unsent: list[str] = []  # ids of events that no webhook has told of yet
        self.cards: dict[str, str] = {}  # how a saved card behaves from now on: ok, or why it is declined
        self.refunds = (
            "succeeded",
            True,
        )  # how the next ones begin: their state, and whether the balance moves already
        self.counter = itertools.count(1)

    def now(self) -> int:
        return int(time.time()) + self.ahead

    def advance(self, seconds: int) -> int:
        self.ahead += seconds
        return self.now()

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_twin{next(self.counter):08d}"

    def add(self, kind: type[stripe.StripeObject], prefix: str, **fields: Any) -> Json:
        made = shown(kind, id=self.new_id(prefix), **fields)
        self.objects[made["id"]] = made
        self.kinds[prefix].append(made)
        return made

    def get(self, wanted: str, prefix: str, *, param: str = "id") -> Json:
        found = self.objects.get(wanted)
        if found is None or not wanted.startswith(f"{prefix}_"):
            raise Trouble(404, f"No such object: '{wanted}'", code="resource_missing", param=param)
        return found

    def of_kind(self, prefix: str) -> list[Json]:
        """The newest first."""
        return self.kinds[prefix][::-1]

    # --- money ---

    def move(self, kind: str, amount: int, *, source: str, fee: int = 0, settles: bool = False) -> Json:
        """One movement of the platform's balance."""
        made = shown(
            stripe.BalanceTransaction,
            id=self.new_id("txn"),
            object="balance_transaction",
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency="usd",
            created=self.now(),
            available_on=self.now() + (SETTLING_SECONDS if settles else 0),
            status="pending" if settles else "available",
            type=kind,
            reporting_category=kind,
            source=source,
            description=None,
            exchange_rate=None,
            fee_details=[],
        )
        self.transactions.append(made)
        self.unsettled.append(made)
        self.objects[made["id"]] = made
        return made

    def lose(self, amount: int) -> None:
        """Less in the balance than its own transactions say: no Stripe of this world does that."""
        self.lost += amount

    def available(self) -> int:
        self._settle()
        return self.settled - self.lost

    def pending(self) -> int:
        self._settle()
        return sum(each["net"] for each in self.unsettled)

    def _settle(self) -> None:
        """The clock only goes forward, so what is available stays so."""
        waiting = [each for each in self.unsettled if each["available_on"] > self.now()]
        self.settled += sum(each["net"] for each in self.unsettled) - sum(each["net"] for each in waiting)
        self.unsettled = waiting

    # --- what is told ---

    def tell(self, kind: str, about: Json, *, account: str | None = None) -> None:
        event = shown(
            stripe.Event,
            id=self.new_id("evt"),
            object="event",
            type=kind,
            created=self.now(),
            livemode=False,
            api_version=stripe.api_version,
            account=account,
            pending_webhooks=1,
            request=None,
            data={"object": dict(about)},
        )
        if account is None:
            del event["account"]
        self.happened[event["id"]] = event
        self.unsent.append(event["id"])

    def tell_thin(self, kind: str, about: Json, *, where: str) -> None:
        event: Json = {
            "id": self.new_id("evt"),
            "object": "v2.core.event",
            "type": kind,
            "created": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self.now())),
            "livemode": False,
            "context": None,
            "reason": None,
            "related_object": {"id": about["id"], "type": about["object"], "url": where},
        }
        self.happened[event["id"]] = event
        self.unsent.append(event["id"])

    @property
    def events(self) -> list[Json]:
        """The oldest first."""
        return list(self.happened.values())

    def listed_events(self) -> list[Json]:
        """The newest first, as long as Stripe keeps them."""
        since = self.now() - EVENT_SECONDS
        kept = itertools.takewhile(lambda each: _second_of(each) > since, reversed(self.happened.values()))
        return list(kept)

    def event(self, wanted: str) -> Json:
        found = self.happened.get(wanted)
        if found is None or _second_of(found) <= self.now() - EVENT_SECONDS:
            raise Trouble(404, f"No such event: '{wanted}'", code="resource_missing", param="id")
        return found


def _second_of(event: Json) -> int:
    created = event["created"]
    return created if isinstance(created, int) else calendar.timegm(time.strptime(created, "%Y-%m-%dT%H:%M:%S.000Z"))


def shown(kind: type[stripe.StripeObject], **fields: Any) -> Json:
    unknown = set(fields) - set(_fields_of(kind))
    assert not unknown, f"Stripe's {kind.__name__} has no {unknown}"
    return fields


def _fields_of(kind: type) -> set[str]:
    return {name for each in kind.__mro__ for name in getattr(each, "__annotations__", {})}


def words(metadata: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in (metadata or {}).items()}
