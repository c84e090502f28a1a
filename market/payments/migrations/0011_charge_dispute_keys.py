"""A contested payment is one of its own agent."""

from django.db import migrations

KEYS = """
ALTER TABLE payments_chargedispute
    ADD CONSTRAINT charge_dispute_of_its_agents_payment
    FOREIGN KEY (payment_id, agent_id) REFERENCES payments_payment (id, agent_id);
"""
NO_KEYS = "ALTER TABLE payments_chargedispute DROP CONSTRAINT charge_dispute_of_its_agents_payment;"


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_charge_disputes")]

    operations = [migrations.RunSQL(KEYS, NO_KEYS)]
