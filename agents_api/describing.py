"""How an operation of the API describes itself, once, on the method that does it:

    @Operation(
        name="get_bounty",                # what generated clients call it: verb_noun, never changed again
        tag=Tag.BOUNTIES,
        title="Read a bounty",            # a few words
        text="…",                         # when to call it, what happens, what comes next: for who has only this
        scope="read",                     # None: nobody needs a key
        once=True,                        # wants an Idempotency-Key; the method answers by `self.once(work)`
        body=drafts.DRAFT,                # read by `self.read_body()`, or by what the shape belongs to
        query=pages.QUERY,                # read before the method runs: `self.query`
        answers={201: Said("…", BOUNTY)}, # of success; refusals follow from the rest, and from:
        refusals=(InsufficientFunds,),    # what the operation itself raises
    )
    def post(self, request: Request, bounty_id: UUID) -> Response: …

The door checks by it and the OpenAPI document is built from it. Ids in a path are read by the shapes in `IDS`: add
yours there. Shapes of what is answered stand beside the function that shows it, in `showing/`. In the tests every
answer below /v1 is checked against the document: an answer, a status, a code or a header that is not described fails.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from django.http import QueryDict

from agents_api.answers import an_id
from bounties.operations.locking import NoSuchBounty, NoSuchDispute, NoSuchSubmission
from bounties.reading import twice, unknown
from bounties.shapes import Body, Parts, Reader, Refusals, Schema, Shape
from market.accounts.operations.keys import KeyNotFound
from market.errors import DomainError
from market.ids import decode
from market.payments.deposits import NoSuchDeposit
from market.webhooks.operations import NoSuchWebhookEndpoint

Method = TypeVar("Method", bound=Callable[..., Any])


class Tag(Enum):
    """The chapters of the document."""

    AGENTS = "agents"
    KEYS = "keys"
    BOUNTIES = "bounties"
    RESULTS = "results"
    DISPUTES = "disputes"
    MONEY = "money"
    EVENTS = "events"
    WEBHOOKS = "webhooks"
    TESTING = "testing"
    DOCUMENTS = "documents"


@dataclass(frozen=True, kw_only=True)
class PathId(Reader[UUID]):
    """An id in a path. One that cannot exist is answered like one that does not."""

    prefix: str
    refused_as: type[DomainError]

    def read(self, value: object, param: str) -> UUID:
        found = decode(self.prefix, str(value))
        if found is None:
            why = "" if str(value).startswith(f"{self.prefix}_") else f" It would begin with {self.prefix}_."
            raise self.refused_as(f"There is nothing with this id.{why}")
        return found

    def bare(self, parts: Parts) -> Schema:
        return an_id(self.prefix).bare(parts)

    def example(self) -> Any:
        return an_id(self.prefix).example()

    def refusals(self) -> Refusals:
        return frozenset({self.refused_as})


IDS: dict[str, PathId] = {
    "bounty_id": PathId(prefix="bnt", refused_as=NoSuchBounty),
    "result_id": PathId(prefix="sub", refused_as=NoSuchSubmission),
    "dispute_id": PathId(prefix="dsp", refused_as=NoSuchDispute),
    "webhook_endpoint_id": PathId(prefix="whk", refused_as=NoSuchWebhookEndpoint),
    "key_id": PathId(prefix="key", refused_as=KeyNotFound),
    "deposit_id": PathId(prefix="dep", refused_as=NoSuchDeposit),
}


@dataclass(frozen=True)
class Link:
    """What can be called with what was answered: an operation's name, and where its parameters stand in the answer."""

    operation: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """A successful answer."""

    text: str
    shape: Shape | None = None
    etag: bool = False
    links: Mapping[str, Link] = field(default_factory=dict)
    media_type: str = "application/json"
    or_of: Callable[[], Sequence[str]] = tuple  # further media types it may have


NOTHING = Body(fields={}, sample={})


@dataclass(frozen=True, kw_only=True)
class Operation:
    name: str
    tag: Tag
    title: str
    text: str
    scope: str | None
    answers: Mapping[int, Said]
    body: Reader[Any] = NOTHING
    query: Mapping[str, Reader[Any]] = field(default_factory=dict)
    once: bool = False
    may_be_once: bool = False  # repeats itself harmlessly; keeps the answer for whoever sends a key all the same
    if_match: bool = False
    refusals: Sequence[type[DomainError]] = ()
    # Of bodies, by a short name. Without any the shape's own samples make one.
    examples: Mapping[str, Any] = field(default_factory=dict)
    only_test: bool = False

    def __call__(self, method: Method) -> Method:
        method.operation = self  # type: ignore[attr-defined]
        return method

    def read_query(self, given: QueryDict) -> dict[str, Any]:
        """What stands after the question mark. A misspelt wish is refused, not ignored, and so is one said twice."""
        said = dict(given.lists())
        for name, texts in said.items():
            if name not in self.query:
                raise unknown(name, self.query, param=f"/{name[:60]}", what="parameter")
            if len(texts) > 1:
                raise twice(name, what="parameter", param=f"/{name}")
        asked = [(name, self.query[name], text) for name, [text] in said.items()]
        return {name: shape.read(shape.from_text(text), f"/{name}") for name, shape, text in asked}


def described(view: type, methods: Sequence[str]) -> dict[str, Operation]:
    """What a view says of its methods. A method that says nothing of itself is a mistake, and does not get this far."""
    found = {}
    for name in methods:
        method = getattr(view, name, None)
        if method is None or name in ("head", "options"):
            continue
        if not isinstance(getattr(method, "operation", None), Operation):
            raise TypeError(f"{view.__name__}.{name} has no @Operation")
        found[name.upper()] = method.operation
    return found
