"""Keys that spend together: a renewed key goes on where the old one was, and a capped key issues none beside it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_constraints")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="counted_with",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.apikey",
            ),
        ),
    ]
