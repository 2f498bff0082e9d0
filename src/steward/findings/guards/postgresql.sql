-- What was found is never forgotten: a row is not deleted, replaced, or made to point at something else, and a run is not
-- edited. Same meaning in sqlite.sql and postgresql.sql; statements are parted by a line "-- ;;".
CREATE OR REPLACE FUNCTION guard_findings_refuse() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
-- ;;
CREATE TRIGGER guard_findings_found_update BEFORE UPDATE OF id, uid, key, check_name, first_seen ON findings_found
FOR EACH ROW EXECUTE FUNCTION guard_findings_refuse('findings.found: what was found does not change')
-- ;;
CREATE TRIGGER guard_findings_found_delete BEFORE DELETE ON findings_found FOR EACH ROW
EXECUTE FUNCTION guard_findings_refuse('findings.found: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_findings_found_truncate BEFORE TRUNCATE ON findings_found FOR EACH STATEMENT
EXECUTE FUNCTION guard_findings_refuse('findings.found: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_findings_run_update BEFORE UPDATE ON findings_run FOR EACH ROW
EXECUTE FUNCTION guard_findings_refuse('findings.run: a run does not change')
-- ;;
CREATE TRIGGER guard_findings_run_delete BEFORE DELETE ON findings_run FOR EACH ROW
EXECUTE FUNCTION guard_findings_refuse('findings.run: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_findings_run_truncate BEFORE TRUNCATE ON findings_run FOR EACH STATEMENT
EXECUTE FUNCTION guard_findings_refuse('findings.run: nothing here is deleted')
