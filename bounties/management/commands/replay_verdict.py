"""`replay_verdict SUBMISSION` decides again from stored evidence; `--rules=new` asks what today's rules change."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bounties.models import Submission
from market import ids
from verification.models import Gathered
from verification.replay import Replayed, replay_all, replay_one


def _submission_id(text: str) -> UUID:
    return ids.decode("sub", text) or UUID(text)


class Command(BaseCommand):
    help = "Decide again, offline, from stored evidence: one submission, or with --rules=new all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("submission", nargs="?", type=_submission_id, help="sub_…, or its UUID")
        parser.add_argument(
            "--rules", choices=("then", "new"), default="then", help="the policy stored with it, or today's"
        )

    def handle(self, *, submission: UUID | None, rules: str, **_: Any) -> None:
        new_rules = rules == "new"
        if submission is not None:
            self._show(self._one(submission, new_rules=new_rules), whole=True)
        elif new_rules:
            self._show_changes()
        else:
            raise CommandError("Name a submission, or ask for --rules=new.")

    def _one(self, submission_id: UUID, *, new_rules: bool) -> Replayed:
        capture_id = Submission.objects.filter(pk=submission_id).values_list("capture_id", flat=True).first()
        try:
            return replay_one(capture_id or submission_id, new_rules=new_rules)
        except Gathered.DoesNotExist:
            raise CommandError("There is no such submission, or nothing was gathered from it.") from None

    def _show(self, replayed: Replayed, *, whole: bool = False) -> None:
        then, now = replayed.then, replayed.now
        word = "the same" if replayed.same else "the same decision" if replayed.same_decision else "DIFFERENT"
        self.stdout.write(f"{replayed.capture_id}  {then.decision}/{then.rule} -> {now.decision}/{now.rule}  {word}")
        if whole:
            for result in now.checks:
                self.stdout.write(f"  {result.outcome:8}{result.check}: {result.reason}  {dict(result.numbers)}")

    def _show_changes(self) -> None:
        counted: Counter[str] = Counter()
        for replayed in replay_all(new_rules=True):
            counted[f"{replayed.then.decision} -> {replayed.now.decision}"] += 1
            if not replayed.same_decision:
                self._show(replayed)
        for change, number in sorted(counted.items()):
            self.stdout.write(f"{number:8}  {change}")
