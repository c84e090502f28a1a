"""A payment that a program signed and a chain carries out. It posts once, under its nonce."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from market.accounts.models import Account, Mode
from market.ids import new_id
from market.payments.states import CHAIN_PAYMENT, ChainPaymentState


class ChainPayment(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agent = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="chain_payments")
    mode = models.CharField(max_length=4, choices=Mode)
    state = models.CharField(max_length=8, choices=[(each, each) for each in ChainPaymentState], default="settling")
    network = models.CharField(max_length=60)
    payer = models.CharField(max_length=60)
    nonce = models.CharField(max_length=66)
    amount_micros = models.BigIntegerField()
    signed = models.JSONField()  # to ask again with: what it allows, it allows once
    transaction = models.CharField(max_length=100, blank=True)  # its id on the chain
    reason = models.CharField(max_length=100, blank=True)
    begun_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # when the facilitator was first asked to carry it out
    ended_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        agent_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["network", "nonce"], name="chain_payment_nonce_once"),
            models.CheckConstraint(condition=Q(mode="live"), name="chain_payment_is_live"),
            models.CheckConstraint(condition=Q(state__in=list(ChainPaymentState)), name="chain_payment_state_known"),
            models.CheckConstraint(condition=Q(amount_micros__gt=0), name="chain_payment_amount_in_range"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(CHAIN_PAYMENT.ends()), ended_at__isnull=False)
                | (~Q(state__in=sorted(CHAIN_PAYMENT.ends())) & Q(ended_at__isnull=True)),
                name="chain_payment_ends_at_a_moment",
            ),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.nonce}"
