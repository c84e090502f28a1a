"""Double entry: accounts, entries, lines. Written by `operations.post` alone and never changed.

What must hold is held by Postgres: see migrations/0002_constraints.py and 0004_fewer_statements.py for what Django
cannot say: triggers, composite keys, and the checks of lines and balances. Postgres reads the text of every check again
for every statement; those that every posting meets are functions, whose plans it keeps.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from market.ledger.postings import AccountKind, EntryKind

LARGEST_BALANCE_MICROS = 10**18  # still inside a bigint when the largest amount is added


def _choices(kinds: type[AccountKind] | type[EntryKind]) -> list[tuple[str, str]]:
    return [(str(kind), str(kind)) for kind in kinds]


class LedgerAccount(models.Model):
    """One account of the ledger. It belongs to a mode and a currency, perhaps to an owner, perhaps to a subject."""

    id = models.UUIDField(primary_key=True, editable=False)  # `postings.AccountRef.id`
    kind = models.CharField(max_length=20, choices=_choices(AccountKind))
    mode = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    # Ids of other rooms. The database refuses an owner of another mode, or one there is none of.
    owner_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    # Only where a limit must hold. Moved by a trigger on the lines and by nothing else.
    balance_micros = models.BigIntegerField(null=True)

    class Meta:
        db_table = "ledger_account"
        constraints = (
            models.UniqueConstraint(fields=["id", "kind", "mode", "currency"], name="ledger_account_whole"),
            models.UniqueConstraint(
                fields=["owner_id", "subject_id", "kind", "mode", "currency"],
                nulls_distinct=False,
                name="ledger_account_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Entry(models.Model):
    """One thing that happened to money. Its business key makes it happen once."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=20, choices=_choices(EntryKind))
    key = models.CharField(max_length=120, unique=True)
    mode = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_entry"
        constraints = (
            models.UniqueConstraint(fields=["id", "mode", "currency"], name="ledger_entry_whole"),
            models.CheckConstraint(condition=~Q(key=""), name="ledger_entry_has_key"),
        )

    def __str__(self) -> str:
        return self.key


class Line(models.Model):
    """What one account gains (plus) or gives (minus) by one entry. Kind, mode, currency and agent are the account's."""

    pk = models.CompositePrimaryKey("entry_id", "account_id")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="lines", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=20)
    mode = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    amount_micros = models.BigIntegerField()
    agent_id = models.UUIDField(null=True)  # the account's owner, where the money is an agent's, on a bounty or not

    class Meta:
        db_table = "ledger_line"
        indexes = (
            models.Index("account", "entry", name="ledger_line_by_account"),  # an account's statement
            models.Index("agent_id", "entry", condition=Q(agent_id__isnull=False), name="ledger_line_of_agent"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_micros}"


class Ending(models.Model):
    """What an entry ended for good: a slot, a payout. A second entry cannot end it again."""

    what = models.CharField(max_length=60, primary_key=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="endings", db_index=False)

    class Meta:
        db_table = "ledger_ending"

    def __str__(self) -> str:
        return self.what


class Spending(models.Model):
    """What one API key has set aside in one month. Its days stand in the same row: one update judges and moves both."""

    pk = models.CompositePrimaryKey("key_id", "month_on")
    key_id = models.UUIDField()
    month_on = models.DateField()
    days_micros = ArrayField(models.BigIntegerField(), size=31)

    class Meta:
        db_table = "ledger_spending"
        constraints = (
            models.CheckConstraint(condition=Q(month_on__day=1), name="ledger_spending_month_begins"),
            models.CheckConstraint(condition=Q(days_micros__len=31), name="ledger_spending_has_31_days"),
        )

    def __str__(self) -> str:
        return f"{self.key_id} {self.month_on}"
