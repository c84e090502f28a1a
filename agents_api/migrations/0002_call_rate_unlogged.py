"""Who has called how often is worth nothing after a crash, and so not worth a write to the log for each call."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("agents_api", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            "ALTER TABLE agents_api_callrate SET UNLOGGED",
            "ALTER TABLE agents_api_callrate SET LOGGED",
        ),
    )
