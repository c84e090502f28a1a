"""An event as its account sees it: what all have in common, and the data that its type has.

What a type's data holds is said where the type is declared, in the rooms that tell it; here it is only shown.
"""

from collections.abc import Mapping
from typing import Any

from agents_api.answers import MODE, Listing, Plain, Record, Variants, an_id, kind, moment, truth, words
from bounties.events import CATALOGUE
from bounties.shapes import Shape
from market.events.queries import Entry, Page
from market.events.types import EventType, Schema
from market.ids import encode

# What an example shows, by the name of the field.
_SAMPLES: Mapping[str, Any] = {
    "bounty": an_id("bnt").sample,
    "claim": an_id("sub").sample.replace("sub", "clm"),
    "dispute": an_id("dsp").sample,
    "result": an_id("sub").sample,
    "submission": an_id("sub").sample,
    "webhook_endpoint": an_id("whk").sample,
    "reasons": [{"number": 1, "code": "content", "sentence": "Nobody has looked at the content yet."}],
}
_BY_FORM: Mapping[str, Any] = {
    "date-time": "2026-11-20T09:00:00Z",
    r"^[0-9]+\.[0-9]{2,6}$": "2.75",
    "^[a-z_]+$": "buyer",
}
_BY_TYPE: Mapping[str, Any] = {"string": "Seen by our staff.", "integer": 1, "boolean": False, "array": ["people"]}


def _sample(name: str, schema: Schema) -> Any:
    if name in _SAMPLES:
        return _SAMPLES[name]
    return _BY_FORM.get(schema.get("format", schema.get("pattern", "")), _BY_TYPE[schema["type"]])


def _record(type_: EventType) -> Record:
    data = {name: Plain(says=schema, sample=_sample(name, schema)) for name, schema in type_.fields.items()}
    fields: Mapping[str, Shape] = {
        "id": an_id("evt"),
        "object": kind("event"),
        "type": Plain(text="What happened.", says={"type": "string", "const": type_.name}, sample=type_.name),
        "mode": MODE,
        "at": moment("When it happened."),
        "data": Record(text="Ids and versions: fetch what you need.", fields=data),
        "cursor": words("Continue after this event with `after`."),
    }
    name = "".join(word.capitalize() for word in type_.name.replace(".", "_").split("_"))
    return Record(name=f"{name}Event", text=type_.sentence, fields=fields)


EVENT = Variants(
    name="Event",
    text="Something that happened. Its `type` says what its `data` holds.",
    by="type",
    among={name: _record(type_) for name, type_ in sorted(CATALOGUE.items()) if type_.told != "scout"},
    sample="bounty.opened",
)
EVENT_PAGE = Record(
    name="EventPage",
    text="Events, the oldest first.",
    fields={
        "data": Listing(text="Empty: there is nothing new.", of=EVENT),
        "next": words("Send it as `after` next time. Never null: a feed has no end."),
        "more": truth("There is more to read at once."),
    },
)


def page(page: Page) -> dict[str, Any]:
    """`next` is always a cursor: a feed has no end, and whoever has read all of it goes on from there."""
    return {"data": [event(entry) for entry in page.events], "next": page.next, "more": page.more}


def event(entry: Entry) -> dict[str, Any]:
    return {
        "id": encode("evt", entry.id),
        "object": "event",
        "type": entry.type,
        "mode": entry.mode,
        "at": entry.at,
        "data": entry.data,
        "cursor": entry.cursor,
    }
