"""Whose money a line moves, where it is an agent's: its history is then one index, read from its end.

An agent has an account more for every bounty. To find what moved last, each of them had to be asked: a hundred thousand
bounties were a hundred thousand looks for every page of the history.
"""

from importlib import import_module

from django.db import migrations, models
from django.db.models import Q

_WRITES = """
    INSERT INTO ledger_line (entry_id, account_id, kind, mode, currency, amount_micros)
    SELECT entry_ids[entry], account_ids[account], account_kinds[account], book_mode, book_currency, amount
"""
_WRITES_WHOSE = """
    INSERT INTO ledger_line (entry_id, account_id, kind, mode, currency, amount_micros, agent_id)
    SELECT entry_ids[entry], account_ids[account], account_kinds[account], book_mode, book_currency, amount,
        CASE WHEN account_kinds[account] IN ('agent_available', 'bounty_held') THEN account_owners[account] END
"""
_POST_BEFORE = import_module("market.ledger.migrations.0003_post").POST.replace("CREATE ", "CREATE OR REPLACE ", 1)
_POST = _POST_BEFORE.replace(_WRITES, _WRITES_WHOSE)
assert _POST != _POST_BEFORE

FILL = """
ALTER TABLE ledger_line DISABLE TRIGGER ledger_line_stays;
UPDATE ledger_line AS line SET agent_id = account.owner_id
FROM ledger_account AS account
WHERE account.id = line.account_id AND account.kind IN ('agent_available', 'bounty_held');
ALTER TABLE ledger_line ENABLE TRIGGER ledger_line_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_contested_charges")]

    operations = [
        migrations.AddField("line", "agent_id", models.UUIDField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            "line",
            models.Index("agent_id", "entry", condition=Q(agent_id__isnull=False), name="ledger_line_of_agent"),
        ),
        migrations.RunSQL(_POST, _POST_BEFORE),
    ]
