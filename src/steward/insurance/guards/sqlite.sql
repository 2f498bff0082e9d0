-- Guards of insurance on SQLite. Same meaning as postgresql.sql; statements are parted by a line "-- ;;".
-- A patient has at most one coverage of a rank on a day; a voided one covers no day.
CREATE TRIGGER guard_insurance_coverage_insert BEFORE INSERT ON insurance_coverage WHEN NEW.voided_on IS NULL
BEGIN
  SELECT RAISE(ABORT, 'insurance.overlap: another coverage of this rank holds on one of these days')
  WHERE EXISTS (
    SELECT 1 FROM insurance_coverage WHERE patient_id = NEW.patient_id AND rank = NEW.rank AND voided_on IS NULL
      AND starts_on <= COALESCE(NEW.ends_on, '9999-12-31') AND COALESCE(ends_on, '9999-12-31') >= NEW.starts_on);
END
-- ;;
CREATE TRIGGER guard_insurance_coverage_update BEFORE UPDATE ON insurance_coverage WHEN NEW.voided_on IS NULL
BEGIN
  SELECT RAISE(ABORT, 'insurance.overlap: another coverage of this rank holds on one of these days')
  WHERE EXISTS (
    SELECT 1 FROM insurance_coverage WHERE patient_id = NEW.patient_id AND rank = NEW.rank AND voided_on IS NULL
      AND id <> NEW.id
      AND starts_on <= COALESCE(NEW.ends_on, '9999-12-31') AND COALESCE(ends_on, '9999-12-31') >= NEW.starts_on);
END
