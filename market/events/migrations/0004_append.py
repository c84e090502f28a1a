"""`events_append_to_each`: the same event told to several accounts, by a function that makes the change it tells of.

The rows are what `market.events.operations.append` writes. Whoever calls it goes on to
`market.events.operations.announce`, so that waiters are woken after the commit.
"""

from django.db import migrations

APPEND = """
CREATE FUNCTION events_append_to_each(
    told uuid[], event_ids uuid[], moments timestamptz[], what text, facts jsonb, OUT followed uuid[]
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    appended integer;
BEGIN
    INSERT INTO events_event (id, account_id, mode, type, data, at)
    SELECT new.id, account.id, account.mode, what, facts, new.at
    FROM unnest(told, event_ids, moments) WITH ORDINALITY AS new (account_id, id, at, number)
    JOIN accounts_account AS account ON account.id = new.account_id
    ORDER BY new.number;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended <> cardinality(told) THEN
        RAISE EXCEPTION 'an event for an account that does not exist: one of %', told;
    END IF;
    followed := ARRAY(SELECT f.account_id FROM events_followed AS f WHERE f.account_id = ANY (told));
END $$;
"""

NO_APPEND = "DROP FUNCTION events_append_to_each(uuid[], uuid[], timestamptz[], text, jsonb);"


class Migration(migrations.Migration):
    dependencies = [("events", "0003_followed")]

    operations = [migrations.RunSQL(APPEND, NO_APPEND)]
