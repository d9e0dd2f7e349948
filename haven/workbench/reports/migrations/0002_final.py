from django.db import migrations

# A report is final. The grants say so to the site; this says it to everyone, the owner too.
REFUSE = """
CREATE FUNCTION reports_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a report is final: a later one supersedes it';
END
$$;
CREATE TRIGGER reports_report_is_final
    BEFORE UPDATE ON reports_report
    FOR EACH ROW EXECUTE FUNCTION reports_refuse();
"""
ALLOW = """
DROP TRIGGER reports_report_is_final ON reports_report;
DROP FUNCTION reports_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
