"""A payout account is in the mode of its scout: real money is never sent for play money."""

from django.db import migrations

KEYS = """
ALTER TABLE payments_payoutaccount
    ADD CONSTRAINT payout_account_scout FOREIGN KEY (scout_id, mode) REFERENCES accounts_account (id, mode);
"""
NO_KEYS = "ALTER TABLE payments_payoutaccount DROP CONSTRAINT payout_account_scout;"


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_payout_accounts"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(KEYS, NO_KEYS)]
