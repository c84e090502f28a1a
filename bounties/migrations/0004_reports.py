import django.db.models.deletion
from django.db import migrations, models

import market.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_apikey_counted_with"),
        ("bounties", "0003_spot"),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.UUIDField(default=market.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("mode", models.CharField(choices=[("test", "Test"), ("live", "Live")], max_length=4)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("dismissed", "dismissed"), ("upheld", "upheld")],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("ground", models.CharField(max_length=40)),
                ("note", models.TextField(blank=True)),
                ("reported_at", models.DateTimeField()),
                ("ruled_at", models.DateTimeField(null=True)),
                (
                    "bounty",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="bounties.bounty",
                    ),
                ),
                (
                    "scout",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("bounty"),
                        models.F("id"),
                        condition=models.Q(("state", "open")),
                        name="report_open_of_bounty",
                    ),
                    models.Index(models.F("scout"), models.F("reported_at"), name="report_of_scout"),
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("bounty"), models.F("scout"), name="report_one_per_scout"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "dismissed", "upheld"])), name="report_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ruled_at__isnull", True), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("ruled_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="report_ruled_at_a_moment",
                    ),
                ],
            },
        ),
    ]
