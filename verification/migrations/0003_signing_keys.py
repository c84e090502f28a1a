from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("verification", "0002_constraints")]

    operations = [
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("kid", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("public_key", models.CharField(max_length=64, unique=True)),
                ("first_used_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": (
                    models.CheckConstraint(
                        condition=models.Q(kid__regex="^[0-9a-f]{16}$"), name="signing_key_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired_at__isnull", True),
                            ("retired_at__gte", models.F("first_used_at")),
                            _connector="OR",
                        ),
                        name="signing_key_retires_after_its_first_use",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_at__isnull", True), ("retired_at__isnull", False), _connector="OR"
                        ),
                        name="signing_key_revoked_is_retired",
                    ),
                ),
            },
        ),
    ]
