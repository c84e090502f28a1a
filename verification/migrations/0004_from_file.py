from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("verification", "0003_signing_keys")]

    operations = [
        migrations.AddField(
            model_name="capture",
            name="from_file",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
