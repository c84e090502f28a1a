import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_agent_frozen_at"),
        ("payments", "0013_chain_payment_keys"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="payout",
            name="payout_returns_what_was_paid",
        ),
        migrations.AddField(
            model_name="chargedispute",
            name="agent_micros",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="chargedispute",
            name="house_micros",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payout",
            name="cost_micros",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="refund",
            name="house_micros",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="refund",
            name="is_outside",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="refund",
            name="owed_micros",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="chargedispute",
            index=models.Index(fields=["agent", "opened_at"], name="charge_dispute_of_agent"),
        ),
        migrations.AddConstraint(
            model_name="chargedispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("agent_micros__gte", 0), ("agent_micros__lte", models.F("amount_micros"))),
                name="charge_dispute_agent_bears_no_more_than_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("cost_micros__gte", 0), ("cost_micros__lt", models.F("amount_micros"))),
                name="payout_costs_less_than_it_is",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("returned_micros", 0), models.Q(("state", "returned"), _negated=True)),
                    models.Q(
                        ("returned_micros__gt", 0),
                        (
                            "returned_micros__lt",
                            django.db.models.expressions.CombinedExpression(
                                models.F("amount_micros"), "-", models.F("cost_micros")
                            ),
                        ),
                        ("state", "paid"),
                    ),
                    models.Q(
                        (
                            "returned_micros",
                            django.db.models.expressions.CombinedExpression(
                                models.F("amount_micros"), "-", models.F("cost_micros")
                            ),
                        ),
                        ("state", "returned"),
                    ),
                    _connector="OR",
                ),
                name="payout_returns_what_was_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("house_micros", 0), ("is_outside", False), ("owed_micros", 0)),
                    models.Q(
                        (
                            "amount_micros__gte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("house_micros"), "+", models.F("owed_micros")
                            ),
                        ),
                        ("house_micros__gte", 0),
                        ("is_outside", True),
                        ("owed_micros__gte", 0),
                    ),
                    _connector="OR",
                ),
                name="refund_is_borne_by_its_agent_unless_made_outside",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("reference",),
                name="refund_reference_once",
            ),
        ),
    ]
