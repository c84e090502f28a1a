"""What a model cannot say: a simulation and everything it names are of one mode, which its rows fix to test."""

from django.db import migrations

KEYS = """
ALTER TABLE agents_api_simulatedscout
    ADD CONSTRAINT simulated_scout_account FOREIGN KEY (account_id, mode) REFERENCES accounts_account (id, mode),
    ADD CONSTRAINT simulated_scout_agent FOREIGN KEY (agent_id, mode) REFERENCES accounts_account (id, mode);
ALTER TABLE agents_api_simulation
    ADD CONSTRAINT simulation_agent FOREIGN KEY (agent_id, mode) REFERENCES accounts_account (id, mode),
    ADD CONSTRAINT simulation_claim
        FOREIGN KEY (claim_id, bounty_id, mode) REFERENCES bounties_claim (id, bounty_id, mode);
"""

NO_KEYS = """
ALTER TABLE agents_api_simulation DROP CONSTRAINT simulation_claim, DROP CONSTRAINT simulation_agent;
ALTER TABLE agents_api_simulatedscout DROP CONSTRAINT simulated_scout_agent, DROP CONSTRAINT simulated_scout_account;
"""


class Migration(migrations.Migration):
    dependencies = [("agents_api", "0003_simulation"), ("bounties", "0002_constraints")]

    operations = [migrations.RunSQL(KEYS, NO_KEYS)]
