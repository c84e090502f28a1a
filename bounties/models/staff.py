"""What our own staff did, and why: one row for each act, never changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from market.ids import new_id


class OperatorAction(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="actions")
    action = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    reason = models.TextField()
    acted_at = models.DateTimeField()  # real time: an operator's clock is everybody's

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="operator_action_has_a_reason"),)
        indexes = (models.Index("subject_id", name="operator_action_on_subject"),)

    def __str__(self) -> str:
        return f"{self.action} {self.subject_id}"
