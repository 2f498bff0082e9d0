-- What was found is never forgotten: a row is not deleted, replaced, or made to point at something else, and a run is not
-- edited. Same meaning in sqlite.sql and postgresql.sql; statements are parted by a line "-- ;;".
CREATE TRIGGER guard_findings_found_update BEFORE UPDATE OF id, uid, key, check_name, first_seen ON findings_found
BEGIN
  SELECT RAISE(ABORT, 'findings.found: what was found does not change');
END
-- ;;
CREATE TRIGGER guard_findings_found_delete BEFORE DELETE ON findings_found
BEGIN
  SELECT RAISE(ABORT, 'findings.found: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_findings_found_replace BEFORE INSERT ON findings_found
WHEN EXISTS (SELECT 1 FROM findings_found WHERE id = NEW.id OR uid = NEW.uid OR key = NEW.key)
BEGIN
  SELECT RAISE(ABORT, 'findings.found: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_findings_run_update BEFORE UPDATE ON findings_run
BEGIN
  SELECT RAISE(ABORT, 'findings.run: a run does not change');
END
-- ;;
CREATE TRIGGER guard_findings_run_delete BEFORE DELETE ON findings_run
BEGIN
  SELECT RAISE(ABORT, 'findings.run: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_findings_run_replace BEFORE INSERT ON findings_run
WHEN EXISTS (SELECT 1 FROM findings_run WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'findings.run: nothing here is replaced');
END
