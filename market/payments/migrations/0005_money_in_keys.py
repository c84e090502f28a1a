"""Live money is its agent's own: a top-up and a payment are in the mode of their agent, and of the same agent."""

from django.db import migrations

KEYS = """
ALTER TABLE payments_topup
    ADD CONSTRAINT top_up_agent FOREIGN KEY (agent_id, mode) REFERENCES accounts_account (id, mode),
    ADD CONSTRAINT top_up_whole UNIQUE (id, agent_id);
ALTER TABLE payments_payment
    ADD CONSTRAINT payment_agent FOREIGN KEY (agent_id, mode) REFERENCES accounts_account (id, mode),
    ADD CONSTRAINT payment_for_its_agent FOREIGN KEY (top_up_id, agent_id) REFERENCES payments_topup (id, agent_id);
"""
NO_KEYS = """
ALTER TABLE payments_payment DROP CONSTRAINT payment_for_its_agent, DROP CONSTRAINT payment_agent;
ALTER TABLE payments_topup DROP CONSTRAINT top_up_whole, DROP CONSTRAINT top_up_agent;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_money_in"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(KEYS, NO_KEYS)]
