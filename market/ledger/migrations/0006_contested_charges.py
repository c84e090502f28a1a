"""Entries of charges that a card's holder contests."""

from importlib import import_module

from django.db import migrations, models

before = import_module("market.ledger.migrations.0005_house_money")
KINDS = f"{before.KINDS}, 'charge_contested', 'charge_reinstated', 'debt_collected'"
WORDS = [word.strip(" '\n") for word in KINDS.split(",")]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_house_money")]

    operations = [
        migrations.RunSQL(before.ENTRY_KINDS.format(kinds=KINDS), before.ENTRY_KINDS.format(kinds=before.KINDS)),
        migrations.AlterField(
            "entry", "kind", models.CharField(choices=[(kind, kind) for kind in WORDS], max_length=20)
        ),
    ]
