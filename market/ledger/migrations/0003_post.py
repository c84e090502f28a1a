"""`ledger_post`: the one way entries are written, in one round trip.

A function and not one large statement, because of what a statement sees: its snapshot is older than the locks it
takes, so a statement that locks and then looks may not see what the one before it in the queue has committed. Every
query in here has a snapshot of its own, taken after the locks. So "is there enough?", "was this posted before?" and
"is the key's limit reached?" are answered by what is true now, and a refusal is an answer that has written nothing,
not an error that breaks the caller's transaction.

It looks at one row at a time, by its key: such queries are planned once, and right for any size of the tables.

It is handed plain arrays by `market.ledger.operations.post`, and answers an outcome and, for a refusal, its numbers.
What it writes is still judged by the constraints and triggers, like anybody's writing.
"""

from django.db import migrations

POST = """
CREATE FUNCTION ledger_post(
    moment timestamptz, book_mode text, book_currency text,
    -- the accounts, each once, in the order of their ids
    account_ids uuid[], account_kinds text[], account_owners uuid[], account_subjects uuid[],
    entry_ids uuid[], entry_kinds text[], entry_keys text[],
    -- entries and accounts by their place above
    line_entries integer[], line_accounts integer[], line_amounts bigint[],
    ending_whats text[] DEFAULT '{}', ending_entries integer[] DEFAULT '{}',
    -- an API key, what it spends, and its limits; or nothing
    spender uuid DEFAULT NULL, spent bigint DEFAULT NULL,
    call_limit bigint DEFAULT NULL, day_limit bigint DEFAULT NULL, month_limit bigint DEFAULT NULL,
    OUT outcome text, OUT facts jsonb
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    gains bigint[] := array_fill(0::bigint, ARRAY[cardinality(account_ids)]);
    limited_kinds CONSTANT text[] := '{agent_available,bounty_held,scout_pending,scout_available,payout_in_flight}';
    balance bigint;
    locked integer := 0;
    missing integer[] := '{}';
    repeated text[];
    refused integer;
    refused_balance bigint;
    month date;
    day integer;
    spent_days bigint[];
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the ledger is written in READ COMMITTED: an older snapshot would not see what the locks guard';
    END IF;

    FOR n IN 1 .. cardinality(line_amounts) LOOP
        gains[line_accounts[n]] := gains[line_accounts[n]] + line_amounts[n];
    END LOOP;

    -- Lock the balances, always in the order of the ids, so that two postings never wait for each other in a ring.
    FOR n IN 1 .. cardinality(account_ids) LOOP
        IF account_kinds[n] = ANY (limited_kinds) THEN
            SELECT balance_micros INTO balance FROM ledger_account WHERE id = account_ids[n] FOR NO KEY UPDATE;
            IF FOUND THEN
                locked := locked + 1;
            ELSE
                balance := 0;  -- an account that is not there yet is an empty one
                missing := missing || n;
            END IF;
            IF refused IS NULL AND balance + gains[n] NOT BETWEEN 0 AND {largest} THEN
                refused := n;
                refused_balance := balance;
            END IF;
        ELSE
            PERFORM FROM ledger_account WHERE id = account_ids[n];
            IF NOT FOUND THEN
                missing := missing || n;
            END IF;
        END IF;
    END LOOP;
    IF locked = 0 THEN
        -- No balance to wait at: the same entry posted twice at once would meet at the unique key, which is an error.
        PERFORM pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(entry_keys) AS key ORDER BY key;
    END IF;

    FOR n IN 1 .. cardinality(entry_keys) LOOP
        PERFORM FROM ledger_entry WHERE key = entry_keys[n];
        IF FOUND THEN
            repeated := repeated || entry_keys[n];
        END IF;
    END LOOP;
    IF repeated IS NOT NULL THEN
        outcome := 'repeated';
        facts := to_jsonb(repeated);
        RETURN;
    END IF;

    FOR n IN 1 .. cardinality(ending_whats) LOOP
        PERFORM FROM ledger_ending WHERE what = ending_whats[n];
        IF FOUND THEN
            outcome := 'ended';
            facts := to_jsonb(ending_whats[n]);
            RETURN;
        END IF;
    END LOOP;

    IF refused IS NOT NULL THEN
        outcome := 'refused';
        facts := jsonb_build_object(
            'account', account_kinds[refused],
            'available_micros', refused_balance,
            'needed_micros', -gains[refused]
        );
        RETURN;
    END IF;

    IF spender IS NOT NULL THEN
        month := date_trunc('month', moment AT TIME ZONE 'UTC');
        day := extract(day FROM moment AT TIME ZONE 'UTC');
        spent_days := array_fill(0::bigint, ARRAY[31]);
        spent_days[day] := spent;
        INSERT INTO ledger_spending AS so_far (key_id, month_on, days_micros)
        SELECT spender, month, spent_days
        WHERE spent <= least(call_limit, day_limit, month_limit)  -- which takes no notice of NULL
            OR num_nulls(call_limit, day_limit, month_limit) = 3
        ON CONFLICT (key_id, month_on) DO UPDATE SET days_micros[day] = so_far.days_micros[day] + spent
        WHERE (day_limit IS NULL OR so_far.days_micros[day] + spent <= day_limit)
            AND (
                month_limit IS NULL
                OR (SELECT sum(micros) FROM unnest(so_far.days_micros) AS micros) + spent <= month_limit
            );
        IF NOT FOUND THEN
            outcome := 'over_limit';
            SELECT jsonb_build_object(
                'day_micros', coalesce(max(days_micros[day]), 0),
                'month_micros', coalesce(max((SELECT sum(micros) FROM unnest(days_micros) AS micros)), 0)
            ) INTO facts FROM ledger_spending WHERE key_id = spender AND month_on = month;
            RETURN;
        END IF;
    END IF;

    FOR n IN 1 .. cardinality(missing) LOOP
        INSERT INTO ledger_account (id, kind, mode, currency, owner_id, subject_id, balance_micros)
        VALUES (
            account_ids[missing[n]], account_kinds[missing[n]], book_mode, book_currency,
            account_owners[missing[n]], account_subjects[missing[n]],
            CASE WHEN account_kinds[missing[n]] = ANY (limited_kinds) THEN 0 END
        )
        ON CONFLICT (id) DO NOTHING;
    END LOOP;

    WITH entry AS (
        INSERT INTO ledger_entry (id, kind, key, mode, currency, at)
        SELECT id, kind, key, book_mode, book_currency, moment
        FROM unnest(entry_ids, entry_kinds, entry_keys) AS new (id, kind, key)
    )
    INSERT INTO ledger_line (entry_id, account_id, kind, mode, currency, amount_micros)
    SELECT entry_ids[entry], account_ids[account], account_kinds[account], book_mode, book_currency, amount
    FROM unnest(line_entries, line_accounts, line_amounts) AS new (entry, account, amount);

    IF cardinality(ending_whats) > 0 THEN
        INSERT INTO ledger_ending (what, entry_id)
        SELECT what, entry_ids[entry] FROM unnest(ending_whats, ending_entries) AS new (what, entry);
    END IF;
    outcome := 'posted';
END $$;
""".replace("{largest}", str(10**18))

NO_POST = "DROP FUNCTION ledger_post;"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_constraints")]

    operations = [migrations.RunSQL(POST, NO_POST)]
