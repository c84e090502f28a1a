from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("verification", "0006_delivered_kinds")]

    operations = [
        migrations.AddField(
            model_name="picture",
            name="sketch",
            field=models.BinaryField(db_default=b"", default=b""),
        ),
    ]
