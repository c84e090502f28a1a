"""How a type of event is described: its name, who is told, what its data holds. The types stand in the rooms above."""

from collections.abc import Mapping
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
        operations.append_all([self.event(account_id, at, **data)])

    def event(self, account_id: UUID, at: datetime, **data: JSON) -> operations.NewEvent:
        """One of its kind, to be appended with others."""
        self.check(data)
        return operations.NewEvent(account_id, at, self.name, data)

    def check(self, data: Mapping[str, JSON]) -> None:
        """What is not in the type does not get out, even by a slip."""
        if data.keys() != self.fields.keys():
            raise WrongData(f"{self.name}: {sorted(data.keys() ^ self.fields.keys())} missing or too many")
