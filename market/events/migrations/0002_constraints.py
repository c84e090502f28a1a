"""What the feed promises, held by the database: the order, the horizon for readers, and that nothing is changed.

The order is a sequence, drawn when an event is appended. So an event that was caused by another one (its transaction
waited for the other's lock) comes after it. Ordering by transaction id would not do: that id is given at a
transaction's first write, which may be long before it waits.

A sequence alone would let a reader skip: 7 may commit before 6. So before drawing, a transaction takes a shared
advisory lock whose key names the account and the last position drawn so far: "I may still bring something after
this". Shared locks never wait for each other, so writers do not wait for each other either. A reader asks, in order:

1. the last position drawn (call it H);
2. the locks of the account that others hold: everything at or below the lowest of them is decided;
3. in a new snapshot, the rows up to the lower of the two.

Whoever drew a position up to H had taken its lock before, so it is either seen in step 2 or finished before step 2,
and what it committed is seen in step 3. Whoever takes its lock after step 2 draws a position above H.

Nothing outside the account delays its readers: no long transaction elsewhere, no other database, no backup. One of
the account's own that hangs does, until idle_in_transaction_session_timeout ends it (a prepared one, until it is
resolved: pg_locks shows it without a process). Positions survive dump and restore; for what a restore lost, see
`market.events.retention`.
"""

from django.db import migrations

POSITION = """
CREATE SEQUENCE events_position AS bigint CACHE 1;
SELECT setval('events_position', 1);

CREATE FUNCTION events_take_position() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account_key integer := hashtext(NEW.account_id::text);
    entry text := ',' || account_key || ',';
    held text := coalesce(current_setting('sightline.appending', true), '');
BEGIN
    -- One lock per transaction and account: the first one covers all later positions. The setting, like the lock,
    -- ends with the transaction and is undone when a savepoint is rolled back.
    IF position(entry IN held) = 0 THEN
        PERFORM pg_advisory_xact_lock_shared(account_key, last_value::bit(32)::integer) FROM events_position;
        PERFORM set_config('sightline.appending', held || entry, true);
    END IF;
    NEW.position := nextval('events_position');
    RETURN NEW;
END $$;

CREATE TRIGGER events_take_position BEFORE INSERT ON events_event
FOR EACH ROW EXECUTE FUNCTION events_take_position();
"""

NO_POSITION = """
DROP TRIGGER events_take_position ON events_event;
DROP FUNCTION events_take_position();
DROP SEQUENCE events_position;
"""

READING = """
CREATE FUNCTION events_after(accounts uuid[], positions bigint[], limits integer[])
RETURNS TABLE (
    reader integer, drawn_through bigint, readable_through bigint, forgotten_through bigint, held_back boolean,
    "position" bigint, id uuid, type text, mode text, at timestamptz, data jsonb
)
LANGUAGE plpgsql VOLATILE  -- so that every query in here has a snapshot of its own: the order of the three is the point
AS $$
#variable_conflict use_column
DECLARE
    drawn bigint;
    lock_keys bigint[];
    lock_floors bigint[];
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the feed is read in READ COMMITTED: an older snapshot would skip events';
    END IF;

    SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END INTO drawn FROM events_position;

    -- A lock's second key is the low half of a position not far from `drawn`. One taken since then is above it.
    SELECT array_agg(key), array_agg(floor) INTO lock_keys, lock_floors FROM (
        SELECT classid::bigint AS key, drawn - max((drawn - objid::bigint) & 4294967295) AS floor
        FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 2 AND mode = 'ShareLock'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND pid IS DISTINCT FROM pg_backend_pid()
            AND (drawn - objid::bigint) & 4294967295 < 2147483648
        GROUP BY classid
    ) AS held;

    RETURN QUERY
    SELECT asked.number::integer, drawn, least(drawn, held.floor), coalesce(forgotten.through_position, 0),
        held.floor IS NOT NULL AND EXISTS (
            SELECT FROM events_event AS beyond
            WHERE beyond.account_id = asked.account
                AND beyond.position > greatest(asked.position, held.floor)
        ),
        event.position, event.id, event.type::text, event.mode::text, event.at, event.data
    FROM unnest(accounts, positions, limits) WITH ORDINALITY AS asked(account, position, most, number)
    LEFT JOIN events_forgotten AS forgotten ON forgotten.account_id = asked.account
    LEFT JOIN unnest(lock_keys, lock_floors) AS held(key, floor)
        ON held.key = hashtext(asked.account::text)::bigint & 4294967295
    LEFT JOIN LATERAL (
        SELECT * FROM events_event
        WHERE events_event.account_id = asked.account
            AND events_event.position > asked.position
            AND events_event.position <= least(drawn, held.floor)
        ORDER BY events_event.position
        LIMIT asked.most
    ) AS event ON true
    ORDER BY asked.number, event.position;
END $$;
"""

NO_READING = "DROP FUNCTION events_after(uuid[], bigint[], integer[]);"

APPEND_ONLY = """
CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Forgetting what is older than the promise is the one way out, and says so in its own transaction.
    IF TG_OP = 'DELETE' AND current_setting('sightline.forgetting_events', true) = 'yes' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'events are only ever added: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE ON events_event
FOR EACH ROW EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER events_refuse_truncate BEFORE TRUNCATE ON events_event
FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
"""

NOT_APPEND_ONLY = """
DROP TRIGGER events_refuse_truncate ON events_event;
DROP TRIGGER events_refuse_change ON events_event;
DROP FUNCTION events_refuse_change();
"""

OWNER = """
ALTER TABLE events_event
    ADD CONSTRAINT event_in_the_mode_of_its_account
    FOREIGN KEY (account_id, mode) REFERENCES accounts_account (id, mode),
    ADD CONSTRAINT event_data_is_an_object CHECK (jsonb_typeof(data) = 'object');
"""

NO_OWNER = """
ALTER TABLE events_event
    DROP CONSTRAINT event_data_is_an_object,
    DROP CONSTRAINT event_in_the_mode_of_its_account;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(OWNER, NO_OWNER),
        migrations.RunSQL(POSITION, NO_POSITION),
        migrations.RunSQL(READING, NO_READING),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
    ]
