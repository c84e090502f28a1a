"""A report is about a bounty, and by a scout, of its mode."""

from django.db import migrations

KEYS = """
ALTER TABLE bounties_report
    ADD CONSTRAINT report_bounty FOREIGN KEY (bounty_id, mode) REFERENCES bounties_bounty (id, mode),
    ADD CONSTRAINT report_scout FOREIGN KEY (scout_id, mode) REFERENCES accounts_account (id, mode);
"""

NO_KEYS = "ALTER TABLE bounties_report DROP CONSTRAINT report_scout, DROP CONSTRAINT report_bounty;"


class Migration(migrations.Migration):
    dependencies = [("bounties", "0004_reports"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(KEYS, NO_KEYS)]
