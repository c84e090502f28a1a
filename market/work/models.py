"""Work to be done, as rows. A row is written in the transaction that makes the work necessary, so neither is lost.

A Celery message only says "look at this row"; the sweep finds the rows whose message or whose worker got lost.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from market.ids import new_id

OPEN = Q(done_at__isnull=True, given_up_at__isnull=True)


class Work(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    # What to work on: an id, or a few of them. Never the thing itself, and never a secret.
    subject = models.CharField(max_length=200)
    due_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    # Asked for again while a worker was at it: when to begin once more, after this time.
    again_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    # When a message about this row was last sent and not yet received: the sweep need not send another one so soon.
    woken_at = models.DateTimeField(null=True)
    # The run that holds this row, and until when by the database's clock. It says so again and again while it works.
    holder = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, db_default="")

    class Meta:
        constraints = (
            models.UniqueConstraint("kind", "subject", condition=OPEN, name="work_once_while_open"),
            models.CheckConstraint(
                condition=Q(holder__isnull=True, held_until__isnull=True)
                | Q(holder__isnull=False, held_until__isnull=False),
                name="work_held_by_somebody_until_some_time",
            ),
            models.CheckConstraint(
                condition=Q(again_at__isnull=True) | Q(holder__isnull=False), name="work_again_while_held"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(given_up_at__isnull=True), name="work_ends_one_way"
            ),
            models.CheckConstraint(condition=OPEN | Q(holder__isnull=True), name="work_ended_is_not_held"),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(subject=""), name="work_says_what_on_what"),
        )
        indexes = (
            models.Index("due_at", condition=OPEN, name="work_open_by_due"),
            models.Index("done_at", condition=Q(done_at__isnull=False), name="work_done_by_age"),
            models.Index("given_up_at", condition=Q(given_up_at__isnull=False), name="work_given_up_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
