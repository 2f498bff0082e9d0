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
-- ;;
-- The payer is locked first, so that two contracts entered at once see each other.
CREATE OR REPLACE FUNCTION guard_insurance_contract() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  PERFORM 1 FROM insurance_payer WHERE id = NEW.payer_id FOR UPDATE;
  IF EXISTS (
    SELECT 1 FROM insurance_contract WHERE payer_id = NEW.payer_id AND plan_id IS NOT DISTINCT FROM NEW.plan_id
      AND voided_on IS NULL AND id <> NEW.id
      AND starts_on <= COALESCE(NEW.ends_on, DATE '9999-12-31') AND COALESCE(ends_on, DATE '9999-12-31') >= NEW.starts_on)
  THEN
    RAISE EXCEPTION 'insurance.contract: another contract of this payer and plan holds on one of these days' USING ERRCODE = '23P01';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_insurance_contract_insert BEFORE INSERT ON insurance_contract
FOR EACH ROW WHEN (NEW.voided_on IS NULL) EXECUTE FUNCTION guard_insurance_contract()
-- ;;
CREATE TRIGGER guard_insurance_contract_update BEFORE UPDATE ON insurance_contract
FOR EACH ROW WHEN (NEW.voided_on IS NULL) EXECUTE FUNCTION guard_insurance_contract()
-- ;;
CREATE OR REPLACE FUNCTION guard_insurance_frozen() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  RAISE EXCEPTION 'insurance.frozen: an imported price and a made estimate do not change' USING ERRCODE = '23514';
END
$guard$
-- ;;
CREATE TRIGGER guard_insurance_fee BEFORE UPDATE OR DELETE ON insurance_feerow
FOR EACH ROW EXECUTE FUNCTION guard_insurance_frozen()
-- ;;
CREATE TRIGGER guard_insurance_estimate_line BEFORE UPDATE OR DELETE ON insurance_estimateline
FOR EACH ROW EXECUTE FUNCTION guard_insurance_frozen()
-- ;;
CREATE TRIGGER guard_insurance_estimate_update BEFORE UPDATE OF id, uid, number, kind, patient_id, coverage_id,
  check_used_id, service_day, scheduled_on, requested_on, total_cents, patient_cents, made_at, made_by_id, replaces_id
ON insurance_estimate FOR EACH ROW EXECUTE FUNCTION guard_insurance_frozen()
-- ;;
CREATE TRIGGER guard_insurance_estimate_delete BEFORE DELETE ON insurance_estimate
FOR EACH ROW EXECUTE FUNCTION guard_insurance_frozen()
