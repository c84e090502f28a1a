"""The message queue: tables and functions of pgmq as plain SQL, so that no extension has to be installed.

The script comes from the pinned `pgmq` package. When the pin moves, add a migration that runs the new script: it is
written to be run over an older one.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from pgmq.install import get_embedded_install_sql


def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(get_embedded_install_sql())


class Migration(migrations.Migration):
    operations = (
        migrations.RunPython(install, migrations.RunPython.noop, elidable=False),
        migrations.RunSQL(migrations.RunSQL.noop, "DROP SCHEMA IF EXISTS pgmq CASCADE"),
    )
