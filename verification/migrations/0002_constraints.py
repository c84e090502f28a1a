"""What only SQL can say: that captures, evidence and verdicts are written once and never changed."""

from django.db import migrations

FROZEN = ("session", "capture", "medium", "gathered", "verdict", "modelreading", "delivered", "receipt")

FREEZE = """
CREATE FUNCTION verification_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'evidence is only ever added to: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'evidence_stays';
END $$;
""" + "".join(
    f"""
CREATE TRIGGER {name}_stays BEFORE UPDATE OR DELETE ON verification_{name}
    FOR EACH ROW EXECUTE FUNCTION verification_stays();
CREATE TRIGGER {name}_never_emptied BEFORE TRUNCATE ON verification_{name}
    FOR EACH STATEMENT EXECUTE FUNCTION verification_stays();
"""
    for name in FROZEN
)

THAW = (
    "".join(
        f"DROP TRIGGER {name}_never_emptied ON verification_{name}; DROP TRIGGER {name}_stays ON verification_{name};"
        for name in FROZEN
    )
    + "DROP FUNCTION verification_stays();"
)


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_initial")]

    operations = [migrations.RunSQL(FREEZE, THAW)]
