"""A payout is in the mode of its scout: test money is never paid out as live money."""

from django.db import migrations

KEYS = """
ALTER TABLE payments_payout
    ADD CONSTRAINT payout_scout FOREIGN KEY (scout_id, mode) REFERENCES accounts_account (id, mode);
"""
NO_KEYS = "ALTER TABLE payments_payout DROP CONSTRAINT payout_scout;"


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(KEYS, NO_KEYS)]
