"""What Stripe says moved in our balance, each with the one entry that it is; and what each day's comparison found."""

from django.db import models
from django.db.models import F, Q

from market.ids import new_id
from market.ledger.models import Entry


class StripeTransaction(models.Model):
    """One balance transaction of ours. Its fields are Stripe's and never change; the entry is found once."""

    id = models.CharField(max_length=255, primary_key=True)
    kind = models.CharField(max_length=60)
    source = models.CharField(max_length=255, blank=True)
    amount_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField()
    net_cents = models.BigIntegerField()
    created_at = models.DateTimeField()
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(net_cents=F("amount_cents") - F("fee_cents")), name="stripe_transaction_adds_up"
            ),
        )
        indexes = (models.Index("created_at", condition=Q(entry__isnull=True), name="stripe_transaction_unmatched"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Reconciliation(models.Model):
    """One comparison of the books with Stripe."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    since_at = models.DateTimeField()
    at = models.DateTimeField()
    listed = models.IntegerField()  # how many transactions Stripe listed
    matched = models.IntegerField()  # of all that are known: how many are an entry
    unmatched = models.IntegerField()
    available_cents = models.BigIntegerField()
    pending_cents = models.BigIntegerField()
    clearing_micros = models.BigIntegerField()  # what the books say lies at Stripe
    in_transit_micros = models.BigIntegerField()  # of that: what Stripe has not booked yet
    suspense_micros = models.BigIntegerField()
    drift_micros = models.BigIntegerField()  # what is left unexplained
    findings = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(drift_micros=0) | ~Q(findings=[]), name="reconciliation_says_what_it_found"
            ),
        )
        indexes = (models.Index("at", name="reconciliation_by_time"),)

    def __str__(self) -> str:
        return f"{self.at}: {len(self.findings)} findings"

    @property
    def is_clean(self) -> bool:
        return not self.findings
