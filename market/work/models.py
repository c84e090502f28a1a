"""Work to be done, as rows. A row is written in the transaction that makes the work necessary, so neither is lost.

A Celery message only says "look at this row"; the sweep finds the rows whose message or whose worker got lost.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from market.ids import new_id


class Work(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    # What to work on: an id, or a few of them. Never the thing itself, and never a secret.
    subject = models.CharField(max_length=200)
    due_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    # A worker that holds this row says so until then, and keeps saying so while it works.
    held_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "kind",
                "subject",
                condition=Q(done_at__isnull=True, given_up_at__isnull=True),
                name="work_once_while_open",
            ),
        )
        indexes = (
            models.Index(
                "due_at", condition=Q(done_at__isnull=True, given_up_at__isnull=True), name="work_open_by_due"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
