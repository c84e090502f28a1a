"""What a value must be, said once: the same shape reads it and describes it in JSON Schema, so the two cannot drift.

A `Shape` describes; a `Reader` also reads what comes in. How one value is read stands in `reading` and `text`; what a
body means, beside whoever uses the body. Shapes that only ever go out are the door's: `agents_api/answers.py`. Pure.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar

from bounties import reading
from bounties.reading import InvalidField, InvalidPlace, InvalidTime, MissingField, UnknownField
from bounties.text import InvalidText, TextTooLong, TextTooShort, plain
from market import money
from market.errors import DomainError
from market.money import InvalidAmount, Micros

Schema: TypeAlias = dict[str, Any]
Refusals: TypeAlias = frozenset[type[DomainError]]
T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)


# What programs name things by: question ids, labels.
ID = "^[A-Za-z0-9_-]{1,40}$"


class Parts(dict[str, Schema]):
    """The named schemas that were met on the way: what a document keeps once and points to."""


@dataclass(frozen=True, kw_only=True)
class Shape(ABC):
    """`text` is for whoever has only the document; `sample` is what its examples show."""

    text: str = ""
    sample: Any = None

    @abstractmethod
    def bare(self, parts: Parts) -> Schema:
        """The schema without what every shape has."""

    def schema(self, parts: Parts) -> Schema:
        bare = self.bare(parts)
        return bare | {"description": self.text} if self.text else bare

    def example(self) -> Any:
        return self.sample

    def refusals(self) -> Refusals:
        """What reading it may raise."""
        return frozenset()


@dataclass(frozen=True, kw_only=True)
class Reader(Shape, Generic[T]):
    @abstractmethod
    def read(self, value: object, param: str) -> T: ...

    def from_text(self, text: str) -> object:
        """The value in a query or a header, where everything is text."""
        return text


@dataclass(frozen=True, kw_only=True)
class Nullable(Shape):
    of: Shape

    def bare(self, parts: Parts) -> Schema:
        inner = self.of.schema(parts)
        if "type" not in inner:
            return {"anyOf": [inner, {"type": "null"}]}
        # One schema and no choice of two, wherever it can be said so: programs and models read it at a glance.
        types = [inner["type"]] if isinstance(inner["type"], str) else inner["type"]
        widened = {name: value for name, value in inner.items() if name != "const"} | {"type": [*types, "null"]}
        words = inner.get("enum") or ([inner["const"]] if "const" in inner else [])
        return widened | ({"enum": [*words, None]} if words else {})

    def example(self) -> Any:
        return self.sample if self.sample is not None else self.of.example()


def nullable(of: Shape, *, sample: Any = None, text: str = "") -> Nullable:
    return Nullable(of=of, sample=sample, text=text)


@dataclass(frozen=True, kw_only=True)
class Text(Reader[str]):
    most: int
    least: int = 1
    lines: bool = False

    def read(self, value: object, param: str) -> str:
        return plain(value, param=param, most=self.most, least=self.least, lines=self.lines)

    def bare(self, parts: Parts) -> Schema:
        # Spaces alone say nothing: they are taken out, and then it is empty.
        visible = {"pattern": "\\S"} if self.least else {}
        return {"type": "string", "minLength": self.least, "maxLength": self.most, **visible}

    def refusals(self) -> Refusals:
        return frozenset({InvalidText, TextTooLong, TextTooShort})


@dataclass(frozen=True, kw_only=True)
class Matching(Reader[str]):
    """A text that is for programs: one of a pattern (of JSON Schema, that is anchored by itself)."""

    pattern: str
    refused_as: type[DomainError] = InvalidField
    says: str = "This is not written as it must be."

    def read(self, value: object, param: str) -> str:
        if not isinstance(value, str) or not reading.matches(self.pattern, value):
            raise self.refused_as(self.says, param=param)
        return value

    def bare(self, parts: Parts) -> Schema:
        return {"type": "string", "pattern": self.pattern}

    def refusals(self) -> Refusals:
        return frozenset({self.refused_as})


@dataclass(frozen=True, kw_only=True)
class Integer(Reader[int]):
    least: int
    most: int
    refused_as: type[DomainError] = InvalidField

    def read(self, value: object, param: str) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # to JSON, 3.0 is as whole as 3
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refused_as(f"This must be a whole number from {self.least} to {self.most}.", param=param)
        if not self.least <= value <= self.most:
            raise self.refused_as(f"This must be from {self.least} to {self.most}.", param=param)
        return value

    def from_text(self, text: str) -> object:
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 20 else text

    def bare(self, parts: Parts) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def refusals(self) -> Refusals:
        return frozenset({self.refused_as})


@dataclass(frozen=True, kw_only=True)
class Metres(Reader[int]):
    least: int
    most: int

    def read(self, value: object, param: str) -> int:
        return reading.metres(value, param=param, least=self.least, most=self.most)

    def bare(self, parts: Parts) -> Schema:
        return {"type": "number", "minimum": self.least, "maximum": self.most}

    def refusals(self) -> Refusals:
        return frozenset({InvalidField})


@dataclass(frozen=True, kw_only=True)
class Degrees(Reader[int]):
    most: int

    def read(self, value: object, param: str) -> int:
        return reading.degrees_e7(value, param=param, most=self.most)

    def bare(self, parts: Parts) -> Schema:
        return {"type": "number", "minimum": -self.most, "maximum": self.most}

    def refusals(self) -> Refusals:
        return frozenset({InvalidPlace})


@dataclass(frozen=True, kw_only=True)
class Truth(Reader[bool]):
    def read(self, value: object, param: str) -> bool:
        return reading.truth(value, param=param)

    def from_text(self, text: str) -> object:
        return {"true": True, "false": False}.get(text, text)

    def bare(self, parts: Parts) -> Schema:
        return {"type": "boolean"}

    def refusals(self) -> Refusals:
        return frozenset({InvalidField})


@dataclass(frozen=True, kw_only=True)
class OneOf(Reader[Choice]):
    among: type[Choice]

    def read(self, value: object, param: str) -> Choice:
        return reading.choice(value, self.among, param=param)

    def bare(self, parts: Parts) -> Schema:
        return {"type": "string", "enum": [each.value for each in self.among]}

    def refusals(self) -> Refusals:
        return frozenset({InvalidField})


@dataclass(frozen=True, kw_only=True)
class WordOf(Reader[str]):
    """One of some words that are no enumeration of their own; asked for each time, where there may come more."""

    among: Sequence[str] | Callable[[], Sequence[str]]

    def read(self, value: object, param: str) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise InvalidField(f"This must be one of {', '.join(self.words)}.", param=param)
        return value

    def bare(self, parts: Parts) -> Schema:
        return {"type": "string", "enum": list(self.words)}

    @property
    def words(self) -> Sequence[str]:
        return self.among() if callable(self.among) else self.among

    def refusals(self) -> Refusals:
        return frozenset({InvalidField})


@dataclass(frozen=True, kw_only=True)
class Moment(Reader[datetime]):
    def read(self, value: object, param: str) -> datetime:
        return reading.moment(value, param=param)

    def bare(self, parts: Parts) -> Schema:
        return {"type": "string", "format": "date-time"}

    def refusals(self) -> Refusals:
        return frozenset({InvalidTime})


@dataclass(frozen=True, kw_only=True)
class Money(Reader[Micros]):
    """Decimal dollars in a string. Bounds are for reading; a schema has no words for the size of a decimal string."""

    least: int | None = None
    most: int = money.LARGEST_MICROS
    refused_as: type[DomainError] = InvalidAmount
    signed: bool = False

    def read(self, value: object, param: str) -> Micros:
        amount = money.parse(value, param=param)
        if (self.least is not None and amount < self.least) or amount > self.most:
            raise self.refused_as("This amount is out of bounds.", param=param)
        return amount

    def bare(self, parts: Parts) -> Schema:
        return {"type": "string", "pattern": rf"^{'-?' if self.signed else ''}[0-9]{{1,10}}(\.[0-9]{{1,6}})?$"}

    def refusals(self) -> Refusals:
        return frozenset({InvalidAmount, self.refused_as})


@dataclass(frozen=True, kw_only=True)
class Items(Reader[tuple[T, ...]]):
    of: Reader[T]
    least: int
    most: int
    distinct: bool = False

    def read(self, value: object, param: str) -> tuple[T, ...]:
        found = reading.items(value, self.of.read, param=param, least=self.least, most=self.most)
        if self.distinct and len(set(found)) != len(found):
            raise InvalidField("Two of these are the same.", param=param)
        return found

    def bare(self, parts: Parts) -> Schema:
        bounds = {"minItems": self.least, "maxItems": self.most}
        distinct = {"uniqueItems": True} if self.distinct else {}
        return {"type": "array", "items": self.of.schema(parts), **bounds, **distinct}

    def example(self) -> Any:
        return [self.of.example()] if self.sample is None else self.sample

    def refusals(self) -> Refusals:
        return self.of.refusals() | {InvalidField}


@dataclass(frozen=True, kw_only=True)
class By(Reader[T]):
    """Read by a function of its own, where a rule is none of the above; its schema is written beside it."""

    reads: Callable[[object, str], T]
    says: Callable[[Parts], Schema]
    refuses: Refusals = frozenset({InvalidField})

    def read(self, value: object, param: str) -> T:
        return self.reads(value, param)

    def bare(self, parts: Parts) -> Schema:
        return self.says(parts)

    def refusals(self) -> Refusals:
        return self.refuses


@dataclass(frozen=True, kw_only=True)
class Body(Reader[dict[str, Any]]):
    """An object that is sent. Other fields are refused by name. What is not sent is its `default`, or not there."""

    name: str = ""
    fields: Mapping[str, Reader[Any]]
    needed: Sequence[str] = ()
    default: Mapping[str, Any] = field(default_factory=dict)
    # Where null means the same as nothing.
    or_null: Sequence[str] = ()

    def read(self, value: object, param: str = "", *, besides: Collection[str] = ()) -> dict[str, Any]:
        """`besides`: fields that are somebody else's to read."""
        known = (*self.fields, *besides)
        given = reading.fields(
            value, param=param, known=known, needed=self.needed, within=self._within, choices=self._choices
        )
        read = dict(self.default)
        for name, shape in self.fields.items():
            if name in given and not (given[name] is None and name in self.or_null):
                read[name] = shape.read(given[name], f"{param}/{name}")
        return read

    @cached_property
    def _within(self) -> dict[str, Collection[str]]:
        return {name: shape.fields for name, shape in self.fields.items() if isinstance(shape, Body)}

    def _choices(self, name: str) -> Sequence[str]:
        """What a needed field may be, where that is one of some words."""
        words: Sequence[str] = self.fields[name].bare(Parts()).get("enum", ())
        return words

    def bare(self, parts: Parts) -> Schema:
        if not self.name:
            return self._whole(parts)
        if self.name not in parts:
            parts[self.name] = self._whole(parts) | ({"description": self.text} if self.text else {})
        return {"$ref": f"#/components/schemas/{self.name}"}

    def schema(self, parts: Parts) -> Schema:
        return self.bare(parts) if self.name else super().schema(parts)

    def _whole(self, parts: Parts) -> Schema:
        whole: Schema = {
            "type": "object",
            "properties": {name: self._field(name, parts) for name in self.fields},
            "additionalProperties": False,
        }
        return whole | ({"required": list(self.needed)} if self.needed else {})

    def _field(self, name: str, parts: Parts) -> Schema:
        shape = self.fields[name]
        schema = nullable(shape).schema(parts) if name in self.or_null else shape.schema(parts)
        default = self.default.get(name)
        return schema if default is None or not isinstance(default, int | str) else schema | {"default": default}

    def example(self) -> Any:
        if self.sample is not None:
            return self.sample
        return {
            name: shape.example()
            for name, shape in self.fields.items()
            if name in self.needed or shape.example() is not None
        }

    def refusals(self) -> Refusals:
        own = {InvalidField, UnknownField} | ({MissingField} if self.needed else set())
        return frozenset(own).union(*(shape.refusals() for shape in self.fields.values()))


CURRENCY = By(
    text="US dollars are what is dealt in.",
    reads=reading.currency,
    says=lambda _: {"type": "string", "const": "usd"},
    refuses=frozenset({reading.UnknownCurrency}),
    sample="usd",
)
