from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("verification", "0004_from_file")]

    operations = [
        migrations.AddField(
            model_name="original",
            name="kind",
            field=models.CharField(db_default="photo", default="photo", max_length=20),
        ),
    ]
