"""A refund is in the mode of its agent and goes back to a payment of the same agent; a saved card is its agent's."""

from django.db import migrations

KEYS = """
ALTER TABLE payments_payment ADD CONSTRAINT payment_whole UNIQUE (id, agent_id);
ALTER TABLE payments_refund
    ADD CONSTRAINT refund_agent FOREIGN KEY (agent_id, mode) REFERENCES accounts_account (id, mode),
    ADD CONSTRAINT refund_of_its_agents_payment
    FOREIGN KEY (payment_id, agent_id) REFERENCES payments_payment (id, agent_id);
ALTER TABLE payments_savedcard
    ADD CONSTRAINT saved_card_agent FOREIGN KEY (agent_id, mode) REFERENCES accounts_account (id, mode);
"""
NO_KEYS = """
ALTER TABLE payments_savedcard DROP CONSTRAINT saved_card_agent;
ALTER TABLE payments_refund DROP CONSTRAINT refund_of_its_agents_payment, DROP CONSTRAINT refund_agent;
ALTER TABLE payments_payment DROP CONSTRAINT payment_whole;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_refunds_and_saved_cards"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(KEYS, NO_KEYS)]
