"""The shapes that only go out: what an answer is made of. What is read too stands in `bounties/shapes.py`."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents_api.pages import LARGEST_PAGE
from bounties.shapes import Nullable, Parts, Schema, Shape
from bounties.verdicts import Silence
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
    most: int | None = None

    def bare(self, parts: Parts) -> Schema:
        bound = {} if self.most is None else {"maxItems": self.most}
        return {"type": "array", "items": self.of.schema(parts), **bound}

    def example(self) -> Any:
        return [self.of.example()] if self.sample is None else self.sample


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


@dataclass(frozen=True, kw_only=True)
class Variants(Shape):
    """One of several records; the word in the field `by` says which."""

    name: str
    by: str
    among: Mapping[str, Record]

    def bare(self, parts: Parts) -> Schema:
        if self.name not in parts:
            found = {word: record.schema(parts)["$ref"] for word, record in self.among.items()}
            parts[self.name] = {
                "description": self.text,
                "oneOf": [{"$ref": reference} for reference in found.values()],
                "discriminator": {"propertyName": self.by, "mapping": found},
            }
        return {"$ref": f"#/components/schemas/{self.name}"}

    def schema(self, parts: Parts) -> Schema:
        return self.bare(parts)

    def example(self) -> Any:
        return self.among[self.sample].example()


# --- what many answers have in common ---------------------------------------------------------------------------------

_SAMPLE_ID = UUID("0199a3b0-5f1e-7c3a-9d2e-4b6f8a1c2d3e")


_WHOSE = {
    "agt": "Of the agent.",
    "bnt": "Of the bounty.",
    "dep": "Of the deposit.",
    "dsp": "Of the dispute.",
    "ent": "Of the entry.",
    "evt": "Of the event.",
    "key": "Of the key.",
    "msg": "Of the message.",
    "sim": "Of the simulation.",
    "sub": "Of the result.",
    "whd": "Of the delivery.",
    "whk": "Of the webhook endpoint.",
    "whs": "Of the secret.",
}
LONGEST_TEXT = 10_000  # nothing that is answered in words is longer


def an_id(prefix: str, text: str = "") -> Plain:
    """Ids are prefixed and sort by when they were made."""
    return Plain(
        text=text or _WHOSE[prefix],
        says={"type": "string", "pattern": f"^{prefix}_[0-9a-hjkmnp-tv-z]{{26}}$"},
        sample=encode(prefix, _SAMPLE_ID),
    )


def kind(name: str) -> Plain:
    """What sort of thing this object is: the same word in every answer that holds one."""
    return Plain(text="What this is.", says={"type": "string", "const": name}, sample=name)


def one_of(words: Sequence[str], *, sample: str | None = None, text: str = "") -> Plain:
    return Plain(text=text, says={"type": "string", "enum": [str(each) for each in words]}, sample=sample or words[0])


def number(text: str = "", *, sample: float = 1, least: float | None = 0, most: float | None = None) -> Plain:
    bounds = {"minimum": least, "maximum": most}
    says = {"type": "integer" if isinstance(sample, int) else "number"}
    return Plain(
        text=text, says=says | {name: value for name, value in bounds.items() if value is not None}, sample=sample
    )


def words(text: str = "", *, sample: str = "", most: int = LONGEST_TEXT) -> Plain:
    return Plain(text=text, says={"type": "string", "maxLength": most}, sample=sample)


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
            "data": Listing(text="Newest first.", of=record, most=LARGEST_PAGE),
            "next": Nullable(text="The cursor of the next page; null: there is none.", of=words()),
        },
    )


MODE = one_of(("test", "live"), text="Test and live never meet.")
LATITUDE = number("Degrees north.", sample=52.52, least=-90, most=90)
LONGITUDE = number("Degrees east.", sample=13.405, least=-180, most=180)
VERSION = number("Higher after every change that you can see.", least=1)
CURRENCY = Plain(text="US dollars are what is dealt in.", says={"type": "string", "const": "usd"}, sample="usd")
CALL = Record(
    text="A call you can make as it stands: send the same Authorization, and an Idempotency-Key where one is needed.",
    fields={
        "method": one_of(("GET", "POST", "PATCH", "DELETE"), text="Of HTTP."),
        "path": words("Path and query, below the address of this exchange.", sample="/v1/balance"),
        "body": Plain(text="To be sent as it is.", says={"type": "object", "additionalProperties": True}),
    },
    sometimes=frozenset({"body"}),
)
NEXT_WORDS = (
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
)
NEXT_ACTION = Record(
    name="NextAction",
    text="What to do next. `call` is the call that does it, or null; `until` is when it ends or changes by itself.",
    fields={
        "do": one_of(NEXT_WORDS, text="In one word."),
        "call": Nullable(text="The call that does it; null: there is none.", of=CALL),
        "until": Nullable(of=moment("When it ends or changes by itself; null: never.", sample="2026-11-20T15:00:00Z")),
        "silence": one_of(list(Silence), text="Of a result in review: what saying nothing until then does."),
        "or": dataclasses.replace(CALL, text="What can be called instead."),
        "grounds": Listing(
            text="The published grounds for a rejection.",
            of=Record(
                fields={
                    "code": words("What to send as `ground`.", sample="not_shown"),
                    "sentence": words("What it means."),
                }
            ),
        ),
    },
    sometimes=frozenset({"silence", "or", "grounds"}),
)
