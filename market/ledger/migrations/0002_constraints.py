"""What the ledger promises, held by the database.

All lines of an entry come in one statement, and a trigger after that statement refuses them unless they add up to
nothing, are two or more, and are all there are. So no line can be added to an entry later, in its own transaction or
in another one, and there is no moment, not even inside the transaction, at which an entry is half there. A deferred
constraint trigger on the entry looks once more at commit: it also finds the entry that got no lines.

The same trigger on the lines moves the balances, and nothing else may: a balance cannot differ from the sum of the
lines, because there is no way to write the one without the other.

Lines carry their account's kind, mode and currency, and the entry's mode and currency, by composite foreign keys: an
entry with lines of two modes or two currencies cannot be written.
"""

from django.db import migrations

KEYS = """
ALTER TABLE ledger_account
    ADD CONSTRAINT ledger_account_owner
    FOREIGN KEY (owner_id, mode) REFERENCES accounts_account (id, mode);
ALTER TABLE ledger_line
    ADD CONSTRAINT ledger_line_entry
    FOREIGN KEY (entry_id, mode, currency) REFERENCES ledger_entry (id, mode, currency),
    ADD CONSTRAINT ledger_line_account
    FOREIGN KEY (account_id, kind, mode, currency) REFERENCES ledger_account (id, kind, mode, currency);

-- A function, because Postgres reads the text of a check anew for every statement: this list took longer than the rest.
CREATE FUNCTION ledger_is_entry_kind(kind text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN kind IN (
        'faucet', 'topup', 'hold', 'hold_added', 'award', 'blocked_award', 'release', 'settle', 'ruling_for_buyer',
        'buyer_compensated', 'scout_compensated', 'refund', 'refund_back', 'payout_reserved', 'payout_paid',
        'payout_back', 'payout_returned'
    );
END $$;
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_kind_known CHECK (ledger_is_entry_kind(kind));

ALTER TABLE ledger_spending
    ADD CONSTRAINT ledger_spending_not_negative CHECK (0 <= ALL (days_micros));
"""

NO_KEYS = """
ALTER TABLE ledger_spending DROP CONSTRAINT ledger_spending_not_negative;
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_kind_known;
DROP FUNCTION ledger_is_entry_kind(text);
ALTER TABLE ledger_line DROP CONSTRAINT ledger_line_account, DROP CONSTRAINT ledger_line_entry;
ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_owner;
"""

BALANCED = """
CREATE FUNCTION ledger_lines_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
    moved record;
BEGIN
    SELECT * INTO wrong
    FROM (
        SELECT entry_id, count(*) AS lines, sum(amount_micros) AS total FROM written GROUP BY entry_id
    ) AS entry
    CROSS JOIN LATERAL (SELECT count(*) AS lines FROM ledger_line WHERE entry_id = entry.entry_id) AS now
    WHERE entry.total <> 0 OR entry.lines < 2 OR now.lines <> entry.lines
    LIMIT 1;
    IF FOUND THEN
        IF wrong.total <> 0 THEN
            RAISE check_violation USING CONSTRAINT = 'ledger_entry_balanced',
                MESSAGE = format('the lines of entry %s add up to %s and not to nothing', wrong.entry_id, wrong.total);
        END IF;
        RAISE check_violation USING CONSTRAINT = 'ledger_entry_sealed',
            MESSAGE = format('the lines of entry %s are two or more, written in one statement', wrong.entry_id);
    END IF;

    FOR moved IN
        SELECT account_id, sum(amount_micros)::bigint AS micros FROM written GROUP BY account_id ORDER BY account_id
    LOOP
        UPDATE ledger_account SET balance_micros = balance_micros + moved.micros
        WHERE id = moved.account_id AND balance_micros IS NOT NULL;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_lines_written AFTER INSERT ON ledger_line
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_lines_written();

CREATE FUNCTION ledger_entry_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) < 2 OR sum(amount_micros) <> 0 FROM ledger_line WHERE entry_id = NEW.id) THEN
        RAISE check_violation USING CONSTRAINT = 'ledger_entry_balanced',
            MESSAGE = format('entry %s has fewer than two lines, or they do not add up to nothing', NEW.id);
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balanced();
"""

NOT_BALANCED = """
DROP TRIGGER ledger_entry_balanced ON ledger_entry;
DROP FUNCTION ledger_entry_balanced();
DROP TRIGGER ledger_lines_written ON ledger_line;
DROP FUNCTION ledger_lines_written();
"""

APPEND_ONLY = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is only ever added to: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_line_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_line
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_ending_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_ending
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_account_stays BEFORE DELETE OR TRUNCATE ON ledger_account
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- At depth 0 somebody updates accounts by a statement of his own; the trigger on the lines comes at depth 1.
CREATE TRIGGER ledger_account_moved_by_lines BEFORE UPDATE ON ledger_account
FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse_change();

-- What an account is stays as it began, so it is looked at once; a check would look again whenever a balance moves.
CREATE FUNCTION ledger_account_begins() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owned boolean := NEW.owner_id IS NOT NULL;
    has_subject boolean := NEW.subject_id IS NOT NULL;
    limited boolean := NEW.balance_micros IS NOT NULL;
    right_shape boolean;
BEGIN
    right_shape := CASE
        WHEN NEW.kind IN ('agent_available', 'scout_pending', 'scout_available') THEN
            owned AND NOT has_subject AND limited
        WHEN NEW.kind IN ('bounty_held', 'payout_in_flight') THEN owned AND has_subject AND limited
        WHEN NEW.kind = 'agent_receivable' THEN owned AND NOT has_subject AND NOT limited
        WHEN NEW.kind IN (
            'stripe_clearing', 'faucet', 'platform_fee', 'processing_fee', 'dispute_loss', 'suspense'
        ) THEN NOT owned AND NOT has_subject AND NOT limited
        ELSE false
    END;
    IF NOT right_shape OR NEW.mode NOT IN ('test', 'live') OR NEW.currency <> 'USD'
        OR (NEW.kind = 'faucet' AND NEW.mode <> 'test') OR NEW.balance_micros <> 0
    THEN
        RAISE check_violation USING CONSTRAINT = 'ledger_account_begins',
            MESSAGE = format('there is no such account as this %s, or it does not begin empty', NEW.kind);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_begins BEFORE INSERT ON ledger_account
FOR EACH ROW EXECUTE FUNCTION ledger_account_begins();
"""

NOT_APPEND_ONLY = """
DROP TRIGGER ledger_account_begins ON ledger_account;
DROP FUNCTION ledger_account_begins();
DROP TRIGGER ledger_account_moved_by_lines ON ledger_account;
DROP TRIGGER ledger_account_stays ON ledger_account;
DROP TRIGGER ledger_ending_stays ON ledger_ending;
DROP TRIGGER ledger_line_stays ON ledger_line;
DROP TRIGGER ledger_entry_stays ON ledger_entry;
DROP FUNCTION ledger_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(KEYS, NO_KEYS),
        migrations.RunSQL(BALANCED, NOT_BALANCED),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
    ]
