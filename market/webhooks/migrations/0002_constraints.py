"""An endpoint is in the mode of its account: what is told in test mode is never sent as if it were live."""

from django.db import migrations

KEYS = """
ALTER TABLE webhooks_webhookendpoint
    ADD CONSTRAINT webhook_endpoint_account FOREIGN KEY (account_id, mode) REFERENCES accounts_account (id, mode);
"""
NO_KEYS = "ALTER TABLE webhooks_webhookendpoint DROP CONSTRAINT webhook_endpoint_account;"


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(KEYS, NO_KEYS)]
