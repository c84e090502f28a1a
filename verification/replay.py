"""Verdicts again from stored evidence: under the rules they were made by, or under today's. Asks nobody anything."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from verification import decide
from verification import evidence as evidences
from verification import requirements as wishes
from verification.decide import Verdict
from verification.models import Gathered


@dataclass(frozen=True, slots=True)
class Replayed:
    capture_id: UUID
    then: Verdict
    now: Verdict

    @property
    def same(self) -> bool:
        """To the letter, whichever version of the rules said it."""
        now = dataclasses.replace(self.now, rules_version=self.then.rules_version)
        return decide.to_json(self.then) == decide.to_json(now)

    @property
    def same_decision(self) -> bool:
        return (self.then.decision, self.then.rule) == (self.now.decision, self.now.rule)


def replay(gathered: Gathered, *, new_rules: bool = False) -> Replayed:
    asked = wishes.from_json(gathered.requirements)
    if new_rules:
        asked = wishes.under_current_rules(asked)
    return Replayed(
        gathered.pk,
        then=decide.from_json(gathered.verdict.verdict),
        now=decide.decide(evidences.from_json(gathered.evidence), asked),
    )


def replay_all(*, new_rules: bool) -> Iterator[Replayed]:
    """Everything that was ever judged, the oldest first."""
    judged = Gathered.objects.select_related("verdict").filter(verdict__isnull=False).order_by("gathered_at")
    for gathered in judged.iterator(chunk_size=200):
        yield replay(gathered, new_rules=new_rules)


def replay_one(capture_id: UUID, *, new_rules: bool = False) -> Replayed:
    return replay(Gathered.objects.select_related("verdict").get(pk=capture_id), new_rules=new_rules)
