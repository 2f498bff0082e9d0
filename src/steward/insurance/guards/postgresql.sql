-- Guards of insurance on PostgreSQL. Same meaning as sqlite.sql; statements are parted by a line "-- ;;".
-- The patient's party row is locked first, so that two coverages entered at once see each other.
CREATE OR REPLACE FUNCTION guard_insurance_coverage() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  PERFORM 1 FROM registry_party WHERE id = NEW.patient_id FOR UPDATE;
  IF EXISTS (
    SELECT 1 FROM insurance_coverage WHERE patient_id = NEW.patient_id AND rank = NEW.rank AND voided_on IS NULL
      AND id <> NEW.id
      AND starts_on <= COALESCE(NEW.ends_on, DATE '9999-12-31') AND COALESCE(ends_on, DATE '9999-12-31') >= NEW.starts_on)
  THEN
    RAISE EXCEPTION 'insurance.overlap: another coverage of this rank holds on one of these days' USING ERRCODE = '23P01';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_insurance_coverage_insert BEFORE INSERT ON insurance_coverage
FOR EACH ROW WHEN (NEW.voided_on IS NULL) EXECUTE FUNCTION guard_insurance_coverage()
-- ;;
CREATE TRIGGER guard_insurance_coverage_update BEFORE UPDATE ON insurance_coverage
FOR EACH ROW WHEN (NEW.voided_on IS NULL) EXECUTE FUNCTION guard_insurance_coverage()
