"""What binds the rows of this room together, held by the database.

Every foreign key names the mode too, and what lies below a bounty names the bounty: a claim of a slot of another
bounty, a submission of another mode than its claim, cannot be written.
"""

from django.db import migrations

KEYS = """
ALTER TABLE bounties_bounty
    ADD CONSTRAINT bounty_buyer FOREIGN KEY (buyer_id, mode) REFERENCES accounts_account (id, mode);
ALTER TABLE bounties_slot
    ADD CONSTRAINT slot_bounty FOREIGN KEY (bounty_id, mode) REFERENCES bounties_bounty (id, mode);
ALTER TABLE bounties_claim
    ADD CONSTRAINT claim_slot FOREIGN KEY (slot_id, bounty_id, mode) REFERENCES bounties_slot (id, bounty_id, mode),
    ADD CONSTRAINT claim_scout FOREIGN KEY (scout_id, mode) REFERENCES accounts_account (id, mode);
ALTER TABLE bounties_submission
    ADD CONSTRAINT submission_claim
        FOREIGN KEY (claim_id, bounty_id, mode) REFERENCES bounties_claim (id, bounty_id, mode),
    ADD CONSTRAINT submission_slot
        FOREIGN KEY (slot_id, bounty_id, mode) REFERENCES bounties_slot (id, bounty_id, mode),
    ADD CONSTRAINT submission_scout FOREIGN KEY (scout_id, mode) REFERENCES accounts_account (id, mode);
ALTER TABLE bounties_award
    ADD CONSTRAINT award_submission
        FOREIGN KEY (submission_id, bounty_id, mode) REFERENCES bounties_submission (id, bounty_id, mode),
    ADD CONSTRAINT award_slot FOREIGN KEY (slot_id, bounty_id, mode) REFERENCES bounties_slot (id, bounty_id, mode),
    ADD CONSTRAINT award_scout FOREIGN KEY (scout_id, mode) REFERENCES accounts_account (id, mode);
ALTER TABLE bounties_dispute
    ADD CONSTRAINT dispute_submission
        FOREIGN KEY (submission_id, bounty_id, mode) REFERENCES bounties_submission (id, bounty_id, mode);
"""

NO_KEYS = """
ALTER TABLE bounties_dispute DROP CONSTRAINT dispute_submission;
ALTER TABLE bounties_award
    DROP CONSTRAINT award_submission, DROP CONSTRAINT award_slot, DROP CONSTRAINT award_scout;
ALTER TABLE bounties_submission
    DROP CONSTRAINT submission_claim, DROP CONSTRAINT submission_slot, DROP CONSTRAINT submission_scout;
ALTER TABLE bounties_claim DROP CONSTRAINT claim_slot, DROP CONSTRAINT claim_scout;
ALTER TABLE bounties_slot DROP CONSTRAINT slot_bounty;
ALTER TABLE bounties_bounty DROP CONSTRAINT bounty_buyer;
"""

# An audit that can be rewritten is none.
AUDIT = """
CREATE FUNCTION bounties_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what our staff did is only ever added to: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER operator_action_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON bounties_operatoraction
FOR EACH STATEMENT EXECUTE FUNCTION bounties_refuse_change();
CREATE TRIGGER dispute_message_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON bounties_disputemessage
FOR EACH STATEMENT EXECUTE FUNCTION bounties_refuse_change();
"""

NO_AUDIT = """
DROP TRIGGER dispute_message_stays ON bounties_disputemessage;
DROP TRIGGER operator_action_stays ON bounties_operatoraction;
DROP FUNCTION bounties_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("bounties", "0001_initial"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(KEYS, NO_KEYS), migrations.RunSQL(AUDIT, NO_AUDIT)]
