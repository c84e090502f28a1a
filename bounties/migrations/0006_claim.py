"""`bounties_claim`: what making a claim changes, in one round trip and, by itself, in one transaction.

Everybody who wants a slot of a bounty waits at its row. What is done while the row is locked decides how many claims a
second it can have, and the most of that was waiting: for the network, and for an interpreter that was busy with
somebody else. Here nothing waits but for the commit.

A function and not one large statement: every query in here has a snapshot of its own, taken after the lock, so what it
finds is true now. A refusal is an answer that has written nothing. Who may claim and from where, and how long the claim
lasts, was asked before by `bounties.operations.claiming`; that can change no more. What others can change in the
meantime is asked here. The unique indexes on the claims have the last word.
"""

from django.db import migrations

CLAIM = """
CREATE FUNCTION bounties_free_place(claimant uuid, most integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    taken integer[] := ARRAY(SELECT c.place FROM bounties_claim AS c WHERE c.scout_id = claimant AND c.state = 'live');
BEGIN
    FOR place IN 1 .. most LOOP
        IF place <> ALL (taken) THEN
            RETURN place;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION bounties_claim(
    new_claim uuid, wanted uuid, claimant uuid, in_mode text, most integer,
    -- the moment in the bounty's time, in the scout's and in ours
    moment timestamptz, moment_of_scout timestamptz, moment_of_house timestamptz,
    ends_at timestamptz, uploads_by timestamptz,
    latitude integer, longitude integer, metres integer,
    under_licence text, may_be_resold boolean,
    -- what both sides are told, but for the number of the slot
    told_as text, facts jsonb, event_of_buyer uuid, event_of_scout uuid,
    OUT outcome text, OUT taken_slot uuid, OUT taken_place integer, OUT told uuid[], OUT followed uuid[]
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    bounty record;
    slot_number integer;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'claims are made in READ COMMITTED: an older snapshot would not see what the lock guards';
    END IF;

    -- Before the lock, for the index decides in the end. A scout who has no place left need not wait to hear so.
    taken_place := bounties_free_place(claimant, most);
    IF taken_place IS NULL THEN
        outcome := 'too_many_claims';
        RETURN;
    END IF;

    SELECT b.buyer_id, b.state, b.free_slots, b.distinct_scouts INTO bounty
    FROM bounties_bounty AS b WHERE b.id = wanted AND b.mode = in_mode FOR NO KEY UPDATE;
    IF NOT FOUND OR bounty.state <> 'open' THEN
        outcome := 'not_on_offer';
        RETURN;
    END IF;
    IF bounty.free_slots = 0 THEN
        outcome := 'no_free_slot';
        RETURN;
    END IF;
    IF bounty.distinct_scouts THEN
        -- What the index does not count: a rejected claim that a ruling has paid since.
        PERFORM FROM bounties_submission AS s
        WHERE s.scout_id = claimant AND s.state = 'accepted' AND s.bounty_id = wanted;
        IF FOUND THEN
            outcome := 'already_claimed';
            RETURN;
        END IF;
    END IF;

    -- Rather one for which nothing late can come any more.
    SELECT s.id, s.number INTO taken_slot, slot_number FROM bounties_slot AS s
    WHERE s.bounty_id = wanted AND s.state = 'open' AND s.owed_until IS NULL ORDER BY s.number LIMIT 1;
    IF NOT FOUND THEN
        SELECT s.id, s.number INTO STRICT taken_slot, slot_number FROM bounties_slot AS s
        WHERE s.bounty_id = wanted AND s.state = 'open' ORDER BY s.owed_until, s.number LIMIT 1;
    END IF;

    WHILE outcome IS NULL LOOP
        INSERT INTO bounties_claim (
            id, bounty_id, slot_id, scout_id, mode, state, place, "distinct", latitude_e7, longitude_e7, distance_m,
            claimed_at, seen_at, expires_at, upload_by, extended, licence, resale
        )
        VALUES (
            new_claim, wanted, taken_slot, claimant, in_mode, 'live', taken_place, bounty.distinct_scouts,
            latitude, longitude, metres, moment, moment_of_house, ends_at, uploads_by, false, under_licence,
            may_be_resold
        )
        ON CONFLICT DO NOTHING;
        IF FOUND THEN
            outcome := 'claimed';
        ELSE
            -- One of the indexes. Which one can be seen: whoever was faster has committed.
            PERFORM FROM bounties_claim AS c WHERE c.bounty_id = wanted AND c.scout_id = claimant AND c."distinct"
                AND c.state IN ('live', 'submitted', 'fulfilled');
            IF FOUND THEN
                outcome := 'already_claimed';
                RETURN;
            END IF;
            PERFORM FROM bounties_claim AS c WHERE c.slot_id = taken_slot AND c.state = 'live';
            IF FOUND THEN
                RAISE EXCEPTION 'a slot that is claimed says that it is open: %', taken_slot;
            END IF;
            -- Another claim of this scout's, of another bounty, took the place just now.
            taken_place := bounties_free_place(claimant, most);
            IF taken_place IS NULL THEN
                outcome := 'too_many_claims';
                RETURN;
            END IF;
        END IF;
    END LOOP;

    UPDATE bounties_slot SET state = 'claimed' WHERE id = taken_slot AND state = 'open';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a slot was changed by somebody who did not lock its bounty: %', taken_slot;
    END IF;
    UPDATE bounties_bounty SET free_slots = free_slots - 1, version = version + 1 WHERE id = wanted;

    told := ARRAY[bounty.buyer_id, claimant];
    followed := events_append_to_each(
        told, ARRAY[event_of_buyer, event_of_scout], ARRAY[moment, moment_of_scout], told_as,
        facts || jsonb_build_object('slot', slot_number)
    );
END $$;
"""

NO_CLAIM = "DROP FUNCTION bounties_claim; DROP FUNCTION bounties_free_place;"


class Migration(migrations.Migration):
    dependencies = [("bounties", "0005_report_keys"), ("events", "0004_append")]

    operations = [migrations.RunSQL(CLAIM, NO_CLAIM)]
