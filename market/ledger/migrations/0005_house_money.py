"""Accounts and entries of the house itself: fees, what is not understood yet, its own bank, payments on a chain."""

from django.db import migrations, models

KINDS_BEFORE = """
        'faucet', 'topup', 'hold', 'hold_added', 'award', 'blocked_award', 'release', 'settle', 'ruling_for_buyer',
        'buyer_compensated', 'scout_compensated', 'refund', 'refund_back', 'payout_reserved', 'payout_paid',
        'payout_back', 'payout_returned'"""
KINDS = f"{KINDS_BEFORE}, 'stripe_fee', 'own_bank', 'house_loss', 'suspended', 'explained'"

ENTRY_KINDS = """
CREATE OR REPLACE FUNCTION ledger_is_entry_kind(kind text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN kind IN ({kinds}
    );
END $$;
"""

HOUSE_BEFORE = "'stripe_clearing', 'faucet', 'platform_fee', 'processing_fee', 'dispute_loss', 'suspense'"
HOUSE = f"{HOUSE_BEFORE}, 'house_bank', 'x402_clearing'"

ACCOUNT_BEGINS = """
CREATE OR REPLACE FUNCTION ledger_account_begins() RETURNS trigger LANGUAGE plpgsql AS $$
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
        WHEN NEW.kind IN ({house}) THEN NOT owned AND NOT has_subject AND NOT limited
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
"""

# In the order of the code, as Django compares them.
ACCOUNTS = """
    'stripe_clearing', 'faucet', 'agent_available', 'agent_receivable', 'bounty_held', 'scout_pending',
    'scout_available', 'payout_in_flight', 'platform_fee', 'processing_fee', 'dispute_loss', 'suspense', 'house_bank',
    'x402_clearing'"""


def _named(kinds: str) -> list[tuple[str, str]]:
    words = [word.strip(" '\n") for word in kinds.split(",")]
    return [(word, word) for word in words]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_fewer_statements")]

    operations = [
        migrations.RunSQL(ENTRY_KINDS.format(kinds=KINDS), ENTRY_KINDS.format(kinds=KINDS_BEFORE)),
        migrations.RunSQL(ACCOUNT_BEGINS.format(house=HOUSE), ACCOUNT_BEGINS.format(house=HOUSE_BEFORE)),
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(choices=_named(KINDS), max_length=20),
        ),
        migrations.AlterField(
            model_name="ledgeraccount",
            name="kind",
            field=models.CharField(choices=_named(ACCOUNTS), max_length=20),
        ),
    ]
