from django.db import migrations, models
from django.db.models import Q

_HASH = "^[0-9a-f]{64}$"


class Migration(migrations.Migration):
    dependencies = [("verification", "0005_original_kind")]

    operations = [
        migrations.RemoveConstraint(model_name="delivered", name="delivered_hash_is_sha256"),
        migrations.AddField(
            model_name="delivered",
            name="kind",
            field=models.CharField(db_default="photo", default="photo", max_length=20),
        ),
        migrations.AddField(
            model_name="delivered",
            name="media_type",
            field=models.CharField(db_default="image/jpeg", default="image/jpeg", max_length=80),
        ),
        migrations.AlterField(
            model_name="delivered",
            name="preview_sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(model_name="delivered", name="width", field=models.PositiveIntegerField(null=True)),
        migrations.AlterField(model_name="delivered", name="height", field=models.PositiveIntegerField(null=True)),
        migrations.AddConstraint(
            model_name="delivered",
            constraint=models.CheckConstraint(
                condition=Q(media_sha256__regex=_HASH) & (Q(preview_sha256="") | Q(preview_sha256__regex=_HASH)),
                name="delivered_hash_is_sha256",
            ),
        ),
    ]
