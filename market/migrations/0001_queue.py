"""The message queue: tables and functions of pgmq as plain SQL, so that no extension has to be installed.

The script comes from the pinned `pgmq` package and is for an empty schema only: most of it is CREATE without OR
REPLACE. When the pin moves to another version of the script, a migration of ours makes the difference; the test of
the queue names the version this one was written for.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from pgmq.install import get_embedded_install_sql

# The package's client sends to a topic with headers and without a delay, for which its own script has no function.
# Nobody subscribes to topics here, but every worker sends its heartbeat to one.
SEND_TOPIC_WITH_HEADERS = """
CREATE OR REPLACE FUNCTION pgmq.send_topic(routing_key text, msg jsonb, headers jsonb) RETURNS integer
LANGUAGE sql AS $$ SELECT pgmq.send_topic(routing_key, msg, headers, 0) $$;
"""


def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(get_embedded_install_sql())


class Migration(migrations.Migration):
    operations = (
        migrations.RunPython(install, migrations.RunPython.noop, elidable=False),
        migrations.RunSQL(SEND_TOPIC_WITH_HEADERS, migrations.RunSQL.noop),
        migrations.RunSQL(migrations.RunSQL.noop, "DROP SCHEMA IF EXISTS pgmq CASCADE"),
    )
