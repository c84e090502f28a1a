"""The shapes that only go out: what an answer is made of. What is read too stands in `bounties/shapes.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bounties.shapes import Nullable, Parts, Schema, Shape
from market.ids import encode


@dataclass(frozen=True, kw_only=True)
class Plain(Shape):
    """Whatever a plain schema says best."""

    says: Mapping[str, Any]

    def bare(self, parts: Parts) -> Schema:
        return dict(self.says)


@dataclass(frozen=True, kw_only=True)
class Untrusted(Shape):
    """Words of a stranger. Whoever feeds them to a model must know that they are data, not instructions."""

    of: Shape

    def bare(self, parts: Parts) -> Schema:
        return self.of.schema(parts) | {"x-untrusted": True}

    def example(self) -> Any:
        return self.of.example()


@dataclass(frozen=True, kw_only=True)
class Listing(Shape):
    of: Shape

    def bare(self, parts: Parts) -> Schema:
        return {"type": "array", "items": self.of.schema(parts)}

    def example(self) -> Any:
        return [self.of.example()] if self.sample is None else self.sample


@dataclass(frozen=True, kw_only=True)
class AnyOf(Shape):
    among: Sequence[Shape]

    def bare(self, parts: Parts) -> Schema:
        return {"anyOf": [each.schema(parts) for each in self.among]}

    def example(self) -> Any:
        return self.among[0].example() if self.sample is None else self.sample


@dataclass(frozen=True, kw_only=True)
class Record(Shape):
    """An object that is answered: every field stands there always, but for those in `sometimes`."""

    name: str = ""
    fields: Mapping[str, Shape]
    sometimes: frozenset[str] = frozenset()

    def bare(self, parts: Parts) -> Schema:
        if not self.name:
            return self._whole(parts)
        if self.name not in parts:
            parts[self.name] = {}  # for what points back at itself
            parts[self.name] = self._whole(parts) | ({"description": self.text} if self.text else {})
        return {"$ref": f"#/components/schemas/{self.name}"}

    def schema(self, parts: Parts) -> Schema:
        return self.bare(parts) if self.name else super().schema(parts)

    def _whole(self, parts: Parts) -> Schema:
        return {
            "type": "object",
            "properties": {name: shape.schema(parts) for name, shape in self.fields.items()},
            "required": [name for name in self.fields if name not in self.sometimes],
        }

    def example(self) -> Any:
        if self.sample is not None:
            return self.sample
        return {name: shape.example() for name, shape in self.fields.items() if name not in self.sometimes}


# --- what many answers have in common ---------------------------------------------------------------------------------

_SAMPLE_ID = UUID("0199a3b0-5f1e-7c3a-9d2e-4b6f8a1c2d3e")


def an_id(prefix: str, text: str = "") -> Plain:
    """Ids are prefixed and sort by when they were made."""
    return Plain(
        text=text,
        says={"type": "string", "pattern": f"^{prefix}_[0-9a-hjkmnp-tv-z]{{26}}$"},
        sample=encode(prefix, _SAMPLE_ID),
    )


def kind(name: str) -> Plain:
    """What sort of thing this object is: the same word in every answer that holds one."""
    return Plain(says={"type": "string", "const": name}, sample=name)


def one_of(words: Sequence[str], *, sample: str | None = None, text: str = "") -> Plain:
    return Plain(text=text, says={"type": "string", "enum": [str(each) for each in words]}, sample=sample or words[0])


def number(text: str = "", *, sample: float = 1) -> Plain:
    return Plain(text=text, says={"type": "integer" if isinstance(sample, int) else "number"}, sample=sample)


def words(text: str = "", *, sample: str = "") -> Plain:
    return Plain(text=text, says={"type": "string"}, sample=sample)


def truth(text: str = "", *, sample: bool = False) -> Plain:
    return Plain(text=text, says={"type": "boolean"}, sample=sample)


def money(text: str = "", *, sample: str = "2.50") -> Plain:
    says = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2,6}$"}
    return Plain(text=text, says=says, sample=sample)


def moment(text: str = "", *, sample: str = "2026-11-20T09:00:00Z") -> Plain:
    return Plain(text=text, says={"type": "string", "format": "date-time"}, sample=sample)


def url(text: str = "", *, sample: str) -> Plain:
    return Plain(text=text, says={"type": "string", "format": "uri"}, sample=sample)


def page_of(record: Record) -> Record:
    return Record(
        name=f"{record.name}Page",
        text="One page. Ask again with `cursor` = `next` until `next` is null.",
        fields={
            "data": Listing(of=record),
            "next": Nullable(text="The cursor of the next page; null: there is none.", of=words()),
        },
    )


MODE = one_of(("test", "live"), text="Test and live never meet.")
CURRENCY = Plain(says={"type": "string", "const": "usd"}, sample="usd")
CALL = Record(
    name="Call",
    text="A call you can make as it stands: send the same Authorization, and an Idempotency-Key where one is needed.",
    fields={
        "method": one_of(("GET", "POST", "PATCH", "DELETE")),
        "path": words("Path and query, below the address of this exchange.", sample="/v1/balance"),
        "body": Plain(says={"type": "object", "additionalProperties": True}),
    },
    sometimes=frozenset({"body"}),
)
NEXT_ACTION = Record(
    name="NextAction",
    text="What to do next. `call` is the call that does it, or null; `until` is when it ends or changes by itself.",
    fields={
        "do": one_of(
            (
                "wait",
                "review",
                "read_results",
                "read_result",
                "answer",
                "fund",
                "post",
                "deposit",
                "pay_at_checkout_url",
                "ask_for_something_else",
                "nothing",
            ),
            text="In one word.",
        ),
        "call": Nullable(of=CALL),
        "until": Nullable(of=moment(sample="2026-11-20T15:00:00Z")),
        "or": CALL,
        "grounds": Listing(
            text="The published grounds for a rejection.",
            of=Record(fields={"code": words(sample="not_shown"), "sentence": words()}),
        ),
    },
    sometimes=frozenset({"or", "grounds"}),
)
