"""What only SQL can say: that a row agrees with its account, that a clock goes forward, that the audit stays."""

from django.db import migrations

AGREEMENTS = """
ALTER TABLE accounts_apikey ADD CONSTRAINT key_of_its_accounts_mode
    FOREIGN KEY (account_id, mode) REFERENCES accounts_account (id, mode);
ALTER TABLE accounts_scout ADD CONSTRAINT scout_of_its_accounts_mode
    FOREIGN KEY (account_id, mode) REFERENCES accounts_account (id, mode);

ALTER TABLE accounts_account ADD CONSTRAINT account_id_kind_unique UNIQUE (id, kind);
ALTER TABLE accounts_agent ADD COLUMN kind varchar(5) GENERATED ALWAYS AS ('agent') STORED;
ALTER TABLE accounts_agent ADD CONSTRAINT agent_of_an_agents_account
    FOREIGN KEY (account_id, kind) REFERENCES accounts_account (id, kind);
ALTER TABLE accounts_scout ADD COLUMN kind varchar(5) GENERATED ALWAYS AS ('scout') STORED;
ALTER TABLE accounts_scout ADD CONSTRAINT scout_of_a_scouts_account
    FOREIGN KEY (account_id, kind) REFERENCES accounts_account (id, kind);
ALTER TABLE accounts_apikey ADD COLUMN kind varchar(5) GENERATED ALWAYS AS ('agent') STORED;
ALTER TABLE accounts_apikey ADD CONSTRAINT key_of_an_agents_account
    FOREIGN KEY (account_id, kind) REFERENCES accounts_account (id, kind);

ALTER TABLE accounts_agent ADD CONSTRAINT agent_claim_hash_is_sha256 CHECK (octet_length(claim_hash) = 32);
ALTER TABLE accounts_apikey ADD CONSTRAINT key_secret_hash_is_sha256 CHECK (octet_length(secret_hash) = 32);
"""
NO_AGREEMENTS = """
ALTER TABLE accounts_apikey DROP CONSTRAINT key_secret_hash_is_sha256;
ALTER TABLE accounts_agent DROP CONSTRAINT agent_claim_hash_is_sha256;
ALTER TABLE accounts_apikey DROP COLUMN kind;
ALTER TABLE accounts_scout DROP COLUMN kind;
ALTER TABLE accounts_agent DROP COLUMN kind;
ALTER TABLE accounts_account DROP CONSTRAINT account_id_kind_unique;
ALTER TABLE accounts_scout DROP CONSTRAINT scout_of_its_accounts_mode;
ALTER TABLE accounts_apikey DROP CONSTRAINT key_of_its_accounts_mode;
"""

FORWARD_ONLY = """
CREATE FUNCTION accounts_clock_only_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the clock of account % only goes forward', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'account_clock_only_forward';
END $$;
CREATE TRIGGER account_clock_only_forward BEFORE UPDATE OF clock_ahead ON accounts_account
    FOR EACH ROW WHEN (NEW.clock_ahead < OLD.clock_ahead) EXECUTE FUNCTION accounts_clock_only_forward();
"""
NOT_FORWARD_ONLY = """
DROP TRIGGER account_clock_only_forward ON accounts_account;
DROP FUNCTION accounts_clock_only_forward();
"""

APPEND_ONLY = """
CREATE FUNCTION accounts_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_append_only';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON accounts_audit
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_append_only();
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON accounts_audit
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_append_only();
"""
NOT_APPEND_ONLY = """
DROP TRIGGER audit_never_emptied ON accounts_audit;
DROP TRIGGER audit_append_only ON accounts_audit;
DROP FUNCTION accounts_audit_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(AGREEMENTS, NO_AGREEMENTS),
        migrations.RunSQL(FORWARD_ONLY, NOT_FORWARD_ONLY),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
    ]
