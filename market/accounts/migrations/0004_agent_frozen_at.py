"""An agent whose payment is contested at a bank is frozen: its keys may read, and do nothing else."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_apikey_counted_with")]

    operations = [migrations.AddField("agent", "frozen_at", models.DateTimeField(null=True))]
