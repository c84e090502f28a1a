"""`ledger_post`: the one way entries are written, in one round trip.

A function and not one large statement, because of what a statement sees: its snapshot is older than the locks it
takes, so a statement that locks and then looks may not see what the one before it in the queue has committed. Every
query in here has a snapshot of its own, taken after the locks. So "is there enough?", "was this posted before?" and
"is the key's limit reached?" are answered by what is true now, and a refusal is an answer that has written nothing,
not an error that breaks the caller's transaction.

It is handed plain arrays by `market.ledger.operations.post`, and answers an outcome and, for a refusal, its numbers.
What it writes is still judged by the constraints and triggers, like anybody's writing.
"""

from django.db import migrations

POST = """
CREATE FUNCTION ledger_post(
    moment timestamptz,
    -- the accounts, each once, in the order of their ids, and what each gains by all the entries together
    account_ids uuid[], account_kinds text[], account_modes text[], account_currencies text[],
    account_owners uuid[], account_subjects uuid[], account_limited boolean[], account_gains bigint[],
    entry_ids uuid[], entry_kinds text[], entry_keys text[], entry_modes text[], entry_currencies text[],
    line_entries uuid[], line_accounts uuid[], line_amounts bigint[],
    ending_whats text[], ending_entries uuid[],
    -- an API key, what it spends, and its limits; or nothing
    spender uuid, spent bigint, call_limit bigint, day_limit bigint, month_limit bigint,
    OUT outcome text, OUT facts jsonb
) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    known integer;
    locked integer;
    refused jsonb;
    today date := (moment AT TIME ZONE 'UTC')::date;
    month date := date_trunc('month', today)::date;
    day integer := extract(day FROM today);
    spent_days bigint[];
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the ledger is written in READ COMMITTED: an older snapshot would not see what the locks guard';
    END IF;

    -- Lock the balances, always in the order of the ids, so that two postings never wait for each other in a ring.
    SELECT count(*), jsonb_agg(jsonb_build_object('account', kind, 'available_micros', balance, 'needed_micros', -gain))
        FILTER (WHERE balance + gain < 0 OR balance + gain > {largest})
    INTO locked, refused
    FROM (
        SELECT account.kind, account.balance_micros AS balance, wanted.gain
        FROM unnest(account_ids, account_gains) AS wanted (id, gain)
        JOIN ledger_account AS account ON account.id = wanted.id
        WHERE account.balance_micros IS NOT NULL
        ORDER BY account.id FOR NO KEY UPDATE OF account
    ) AS balances;
    IF locked = 0 THEN
        -- No balance to wait at: the same entry posted twice at once would meet at the unique key, which is an error.
        PERFORM pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(entry_keys) AS key ORDER BY key;
    END IF;

    SELECT jsonb_agg(key) INTO facts FROM ledger_entry WHERE key = ANY (entry_keys);
    IF facts IS NOT NULL THEN
        outcome := 'repeated';
        RETURN;
    END IF;

    IF cardinality(ending_whats) > 0 THEN
        SELECT jsonb_agg(what) INTO facts FROM ledger_ending WHERE what = ANY (ending_whats);
        IF facts IS NOT NULL THEN
            outcome := 'ended';
            RETURN;
        END IF;
    END IF;

    known := locked;
    IF known < cardinality(account_ids) THEN
        SELECT locked + count(*) INTO known FROM ledger_account
        WHERE id = ANY (account_ids) AND balance_micros IS NULL;
        -- An account that is not there yet is an empty one.
        SELECT coalesce(refused, '[]') || coalesce(jsonb_agg(
            jsonb_build_object('account', kind, 'available_micros', 0, 'needed_micros', -gain)
        ), '[]') INTO refused
        FROM unnest(account_ids, account_kinds, account_limited, account_gains) AS wanted (id, kind, limited, gain)
        WHERE limited AND gain < 0 AND NOT EXISTS (SELECT FROM ledger_account WHERE id = wanted.id);
    END IF;
    IF jsonb_array_length(refused) > 0 THEN
        outcome := 'refused';
        facts := refused;
        RETURN;
    END IF;

    IF spender IS NOT NULL THEN
        spent_days := array_fill(0::bigint, ARRAY[31]);
        spent_days[day] := spent;
        INSERT INTO ledger_spending AS so_far (key_id, month_on, days_micros)
        SELECT spender, month, spent_days
        WHERE spent <= least(call_limit, day_limit, month_limit)  -- of NULLs, least takes no notice
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

    IF known < cardinality(account_ids) THEN
        INSERT INTO ledger_account (id, kind, mode, currency, owner_id, subject_id, balance_micros)
        SELECT id, kind, mode, currency, owner, subject, CASE WHEN limited THEN 0 END
        FROM unnest(
            account_ids, account_kinds, account_modes, account_currencies, account_owners, account_subjects,
            account_limited
        ) AS wanted (id, kind, mode, currency, owner, subject, limited)
        ORDER BY id ON CONFLICT (id) DO NOTHING;
    END IF;

    INSERT INTO ledger_entry (id, kind, key, mode, currency, at)
    SELECT id, kind, key, mode, currency, moment
    FROM unnest(entry_ids, entry_kinds, entry_keys, entry_modes, entry_currencies)
        AS new (id, kind, key, mode, currency);

    INSERT INTO ledger_line (entry_id, account_id, kind, mode, currency, amount_micros)
    SELECT new.entry, account.id, account.kind, account.mode, account.currency, new.amount
    FROM unnest(line_entries, line_accounts, line_amounts) AS new (entry, account, amount)
    JOIN ledger_account AS account ON account.id = new.account;

    IF cardinality(ending_whats) > 0 THEN
        INSERT INTO ledger_ending (what, entry_id) SELECT * FROM unnest(ending_whats, ending_entries);
    END IF;
    outcome := 'posted';
END $$;
""".replace("{largest}", str(10**18))

NO_POST = "DROP FUNCTION ledger_post;"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_constraints")]

    operations = [migrations.RunSQL(POST, NO_POST)]
