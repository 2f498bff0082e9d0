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
-- ;;
-- A payer has at most one contract on a day for a plan, and one for all its plans; a voided one holds on no day.
CREATE TRIGGER guard_insurance_contract_insert BEFORE INSERT ON insurance_contract WHEN NEW.voided_on IS NULL
BEGIN
  SELECT RAISE(ABORT, 'insurance.contract: another contract of this payer and plan holds on one of these days')
  WHERE EXISTS (
    SELECT 1 FROM insurance_contract WHERE payer_id = NEW.payer_id AND plan_id IS NEW.plan_id AND voided_on IS NULL
      AND starts_on <= COALESCE(NEW.ends_on, '9999-12-31') AND COALESCE(ends_on, '9999-12-31') >= NEW.starts_on);
END
-- ;;
CREATE TRIGGER guard_insurance_contract_update BEFORE UPDATE ON insurance_contract WHEN NEW.voided_on IS NULL
BEGIN
  SELECT RAISE(ABORT, 'insurance.contract: another contract of this payer and plan holds on one of these days')
  WHERE EXISTS (
    SELECT 1 FROM insurance_contract WHERE payer_id = NEW.payer_id AND plan_id IS NEW.plan_id AND voided_on IS NULL
      AND id <> NEW.id
      AND starts_on <= COALESCE(NEW.ends_on, '9999-12-31') AND COALESCE(ends_on, '9999-12-31') >= NEW.starts_on);
END
-- ;;
-- The rows of an imported edition, and the lines of an estimate, say what was: they never change.
CREATE TRIGGER guard_insurance_fee_update BEFORE UPDATE ON insurance_feerow
BEGIN
  SELECT RAISE(ABORT, 'insurance.fee: an imported price does not change; import the edition anew');
END
-- ;;
CREATE TRIGGER guard_insurance_fee_delete BEFORE DELETE ON insurance_feerow
BEGIN
  SELECT RAISE(ABORT, 'insurance.fee: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_insurance_estimate_line_update BEFORE UPDATE ON insurance_estimateline
BEGIN
  SELECT RAISE(ABORT, 'insurance.estimate: an estimate does not change; make a new one');
END
-- ;;
CREATE TRIGGER guard_insurance_estimate_line_delete BEFORE DELETE ON insurance_estimateline
BEGIN
  SELECT RAISE(ABORT, 'insurance.estimate: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_insurance_estimate_update BEFORE UPDATE OF id, uid, number, kind, patient_id, coverage_id,
  check_used_id, service_day, scheduled_on, requested_on, total_cents, patient_cents, made_at, made_by_id, replaces_id
  ON insurance_estimate
BEGIN
  SELECT RAISE(ABORT, 'insurance.estimate: an estimate does not change; make a new one');
END
-- ;;
CREATE TRIGGER guard_insurance_estimate_delete BEFORE DELETE ON insurance_estimate
BEGIN
  SELECT RAISE(ABORT, 'insurance.estimate: nothing here is deleted');
END
