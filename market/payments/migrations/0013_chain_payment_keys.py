"""A payment on a chain is in the mode of its agent."""

from django.db import migrations

KEYS = """
ALTER TABLE payments_chainpayment
    ADD CONSTRAINT chain_payment_agent FOREIGN KEY (agent_id, mode) REFERENCES accounts_account (id, mode);
"""
NO_KEYS = "ALTER TABLE payments_chainpayment DROP CONSTRAINT chain_payment_agent;"


class Migration(migrations.Migration):
    dependencies = [("payments", "0012_chain_payments"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(KEYS, NO_KEYS)]
