"""How a type of event is described: its name, who is told, what its data holds. The types stand in the rooms above."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from market.events import operations
from market.events.models import JSON

Schema: TypeAlias = Mapping[str, Any]

ID: Final[Schema] = {"type": "string", "pattern": "^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$"}
WORD: Final[Schema] = {"type": "string", "pattern": "^[a-z_]+$"}
TEXT: Final[Schema] = {"type": "string"}
MONEY: Final[Schema] = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2,6}$"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
NUMBER: Final[Schema] = {"type": "integer"}
TRUTH: Final[Schema] = {"type": "boolean"}
WORDS: Final[Schema] = {"type": "array", "items": {"type": "string"}}


class WrongData(Exception):
    """A programming error: an event's data is not what its type says."""


@dataclass(frozen=True)
class EventType:
    name: str
    told: str  # to whom: buyer, scout, or both
    sentence: str
    fields: Mapping[str, Schema]

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its data. Closed: a reader knows everything that can stand there."""
        return {
            "type": "object",
            "description": self.sentence,
            "properties": {name: dict(schema) for name, schema in self.fields.items()},
            "required": list(self.fields),
            "additionalProperties": False,
        }

    def tell(self, account_id: UUID, at: datetime, **data: JSON) -> None:
        """Append it to an account's feed."""
        tell_together(account_id, at, [(self, data)])

    def check(self, data: Mapping[str, JSON]) -> None:
        """What is not in the type does not get out, even by a slip."""
        if data.keys() != self.fields.keys():
            raise WrongData(f"{self.name}: {sorted(data.keys() ^ self.fields.keys())} missing or too many")


def tell_together(account_id: UUID, at: datetime, told: Sequence[tuple[EventType, Mapping[str, JSON]]]) -> None:
    """Several at the price of one."""
    for type_, data in told:
        type_.check(data)
    operations.append_all(account_id=account_id, events=[(type_.name, data) for type_, data in told], at=at)
