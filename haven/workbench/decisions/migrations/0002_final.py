from django.db import migrations

# A decision is final. The grants say so to the site; this says it to everyone, the owner too.
REFUSE = """
CREATE FUNCTION decisions_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision is final: a later one supersedes it';
END
$$;
CREATE TRIGGER decisions_decision_is_final
    BEFORE UPDATE ON decisions_decision
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse();
CREATE TRIGGER decisions_answer_is_final
    BEFORE UPDATE ON decisions_answer
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse();
CREATE TRIGGER decisions_twopeople_is_final
    BEFORE UPDATE ON decisions_twopeople
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse();
"""
ALLOW = """
DROP TRIGGER decisions_decision_is_final ON decisions_decision;
DROP TRIGGER decisions_answer_is_final ON decisions_answer;
DROP TRIGGER decisions_twopeople_is_final ON decisions_twopeople;
DROP FUNCTION decisions_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
