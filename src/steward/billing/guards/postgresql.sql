-- Guards of billing on PostgreSQL. Same meaning as sqlite.sql; statements are parted by a line "-- ;;".
CREATE OR REPLACE FUNCTION guard_billing_charge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'billing.charge: a charge that is posted is never deleted' USING ERRCODE = '23514';
  END IF;
  IF (NEW.id, NEW.uid, NEW.claim_id, NEW.line_ref, NEW.service_date, NEW.posted_on, NEW.code, NEW.modifiers, NEW.units,
      NEW.charge_cents, NEW.diagnoses, NEW.pointers, NEW.place, NEW.ndc, NEW.ndc_quantity, NEW.ndc_unit,
      NEW.note, NEW.entry)
    IS DISTINCT FROM (OLD.id, OLD.uid, OLD.claim_id, OLD.line_ref, OLD.service_date, OLD.posted_on, OLD.code, OLD.modifiers,
      OLD.units, OLD.charge_cents, OLD.diagnoses, OLD.pointers, OLD.place, OLD.ndc, OLD.ndc_quantity, OLD.ndc_unit, OLD.note,
      OLD.entry)
    OR (OLD.voided_on IS NOT NULL AND (NEW.voided_on, NEW.void_reason, NEW.void_entry)
      IS DISTINCT FROM (OLD.voided_on, OLD.void_reason, OLD.void_entry))
  THEN
    RAISE EXCEPTION 'billing.charge: a charge that is posted does not change; void it' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_charge_update BEFORE UPDATE OR DELETE ON billing_charge
FOR EACH ROW EXECUTE FUNCTION guard_billing_charge()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_remittance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'billing.remittance: what a payer sent is never deleted' USING ERRCODE = '23514';
  END IF;
  IF (NEW.id, NEW.uid, NEW.file_id, NEW.position, NEW.trace, NEW.paid_cents, NEW.content_hash, NEW.identity, NEW.paid_on)
    IS DISTINCT FROM (OLD.id, OLD.uid, OLD.file_id, OLD.position, OLD.trace, OLD.paid_cents, OLD.content_hash, OLD.identity,
      OLD.paid_on)
    OR (NEW.state <> OLD.state AND NOT ((OLD.state = 'held' AND NEW.state IN ('posted', 'undone'))
      OR (OLD.state = 'posted' AND NEW.state = 'undone')))
  THEN
    RAISE EXCEPTION 'billing.remittance: what a payer sent does not change; take it back' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_remittance_update BEFORE UPDATE OR DELETE ON billing_remittance
FOR EACH ROW EXECUTE FUNCTION guard_billing_remittance()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_batch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'billing.batch: a claim file that is written is never deleted' USING ERRCODE = '23514';
  END IF;
  IF (NEW.id, NEW.uid, NEW.number, NEW.form, NEW.payer_id, NEW.file_id, NEW.name, NEW.claim_count, NEW.charge_cents, NEW.written_at)
    IS DISTINCT FROM (OLD.id, OLD.uid, OLD.number, OLD.form, OLD.payer_id, OLD.file_id, OLD.name, OLD.claim_count,
      OLD.charge_cents, OLD.written_at)
    OR (OLD.delivered_at IS NOT NULL AND NEW.delivered_at IS DISTINCT FROM OLD.delivered_at)
  THEN
    RAISE EXCEPTION 'billing.batch: a claim file that is written does not change' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_batch_update BEFORE UPDATE OR DELETE ON billing_batch
FOR EACH ROW EXECUTE FUNCTION guard_billing_batch()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_sent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  RAISE EXCEPTION 'billing.sent: what was sent and what was said of it does not change' USING ERRCODE = '23514';
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_submission_update BEFORE UPDATE OR DELETE ON billing_submission
FOR EACH ROW EXECUTE FUNCTION guard_billing_sent()
-- ;;
CREATE TRIGGER guard_billing_event_update BEFORE UPDATE OR DELETE ON billing_submissionevent
FOR EACH ROW EXECUTE FUNCTION guard_billing_sent()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_other() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'billing.othercharge: a charge that is posted is never deleted' USING ERRCODE = '23514';
  END IF;
  IF (NEW.id, NEW.uid, NEW.number, NEW.kind, NEW.debtor_id, NEW.patient_id, NEW.appointment_id, NEW.site_id, NEW.what,
      NEW.quantity, NEW.cents, NEW.tax_ppm, NEW.tax_cents, NEW.charged_on, NEW.entry)
    IS DISTINCT FROM (OLD.id, OLD.uid, OLD.number, OLD.kind, OLD.debtor_id, OLD.patient_id, OLD.appointment_id, OLD.site_id,
      OLD.what, OLD.quantity, OLD.cents, OLD.tax_ppm, OLD.tax_cents, OLD.charged_on, OLD.entry)
    OR (OLD.voided_at IS NOT NULL AND (NEW.voided_at, NEW.void_reason, NEW.void_entry)
      IS DISTINCT FROM (OLD.voided_at, OLD.void_reason, OLD.void_entry))
  THEN
    RAISE EXCEPTION 'billing.othercharge: a charge that is posted does not change; void it' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_other_update BEFORE UPDATE OR DELETE ON billing_othercharge
FOR EACH ROW EXECUTE FUNCTION guard_billing_other()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_said() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  RAISE EXCEPTION 'billing.said: notes, what a payer was asked for and what was let go do not change' USING ERRCODE = '23514';
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_worknote_update BEFORE UPDATE OR DELETE ON billing_worknote
FOR EACH ROW EXECUTE FUNCTION guard_billing_said()
-- ;;
CREATE TRIGGER guard_billing_disputeline_update BEFORE UPDATE OR DELETE ON billing_disputeline
FOR EACH ROW EXECUTE FUNCTION guard_billing_said()
-- ;;
CREATE TRIGGER guard_billing_underpaiddismissal_update BEFORE UPDATE OR DELETE ON billing_underpaiddismissal
FOR EACH ROW EXECUTE FUNCTION guard_billing_said()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_scrubrule() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'billing.scrubrule: a change of the scrub is never deleted' USING ERRCODE = '23514';
  END IF;
  RAISE EXCEPTION 'billing.scrubrule: a change of the scrub stands as it was made; add another' USING ERRCODE = '23514';
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_scrubrule_update BEFORE UPDATE OR DELETE ON billing_scrubrule
FOR EACH ROW EXECUTE FUNCTION guard_billing_scrubrule()
-- ;;
-- What came through a door is kept as it came; what was seen there was seen; a paper that was named was named.
CREATE OR REPLACE FUNCTION guard_billing_arrival() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'billing.arrival: a file that came stays' USING ERRCODE = '23514';
  END IF;
  IF (NEW.id, NEW.uid, NEW.door_id, NEW.sha256, NEW.file_id, NEW.arrived_at)
    IS DISTINCT FROM (OLD.id, OLD.uid, OLD.door_id, OLD.sha256, OLD.file_id, OLD.arrived_at)
  THEN
    RAISE EXCEPTION 'billing.arrival: a file that came stays as it came' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_arrival_update BEFORE UPDATE OR DELETE ON billing_arrival
FOR EACH ROW EXECUTE FUNCTION guard_billing_arrival()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_sighting() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  RAISE EXCEPTION 'billing.sighting: what was seen was seen' USING ERRCODE = '23514';
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_sighting_update BEFORE UPDATE OR DELETE ON billing_sighting
FOR EACH ROW EXECUTE FUNCTION guard_billing_sighting()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_attachment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'billing.attachment: a paper that was named is never deleted' USING ERRCODE = '23514';
  END IF;
  IF to_jsonb(NEW) - 'ended_at' IS DISTINCT FROM to_jsonb(OLD) - 'ended_at'
    OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
  THEN
    RAISE EXCEPTION 'billing.attachment: a paper that was named does not change; name it no more and name another'
      USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_attachment_update BEFORE UPDATE OR DELETE ON billing_attachment
FOR EACH ROW EXECUTE FUNCTION guard_billing_attachment()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_returned() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'billing.returned: a payment that came back stands as it was noted; undo it' USING ERRCODE = '23514';
  END IF;
  IF (NEW.id, NEW.uid, NEW.receipt_id, NEW.kind, NEW.cents, NEW.reason, NEW.returned_on, NEW.fee_cents, NEW.decision_id)
    IS DISTINCT FROM (OLD.id, OLD.uid, OLD.receipt_id, OLD.kind, OLD.cents, OLD.reason, OLD.returned_on, OLD.fee_cents, OLD.decision_id)
    OR (OLD.fee_id IS NOT NULL AND NEW.fee_id IS DISTINCT FROM OLD.fee_id)
    OR (OLD.undone_at IS NOT NULL AND (NEW.undone_at, NEW.undone_by_id, NEW.undo_reason)
    IS DISTINCT FROM (OLD.undone_at, OLD.undone_by_id, OLD.undo_reason))
  THEN
    RAISE EXCEPTION 'billing.returned: a payment that came back stands as it was noted; undo it' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_returned_update BEFORE UPDATE OR DELETE ON billing_returnedpayment
FOR EACH ROW EXECUTE FUNCTION guard_billing_returned()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_attempt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'billing.attempt: what a card was asked for and what was answered do not change' USING ERRCODE = '23514';
  END IF;
  IF (NEW.id, NEW.uid, NEW.card_id, NEW.plan_id, NEW.due_on, NEW.n, NEW.cents, NEW.tried_on, NEW.asked_at, NEW.asked_by_id)
    IS DISTINCT FROM (OLD.id, OLD.uid, OLD.card_id, OLD.plan_id, OLD.due_on, OLD.n, OLD.cents, OLD.tried_on, OLD.asked_at, OLD.asked_by_id)
    OR (OLD.state <> 'asked' AND (NEW.state, NEW.answered_at, NEW.reference, NEW.message, NEW.receipt_id)
    IS DISTINCT FROM (OLD.state, OLD.answered_at, OLD.reference, OLD.message, OLD.receipt_id))
  THEN
    RAISE EXCEPTION 'billing.attempt: what a card was asked for and what was answered do not change' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_attempt_update BEFORE UPDATE OR DELETE ON billing_cardattempt
FOR EACH ROW EXECUTE FUNCTION guard_billing_attempt()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_paper() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF OLD.remittance_id IS NOT NULL THEN
    RAISE EXCEPTION 'billing.paper: a paper that was posted is never deleted' USING ERRCODE = '23514';
  END IF;
  RETURN OLD;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_paper_delete BEFORE DELETE ON billing_papereob
FOR EACH ROW EXECUTE FUNCTION guard_billing_paper()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_salestax() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  RAISE EXCEPTION 'billing.salestax: a rate stands as it was noted; note another' USING ERRCODE = '23514';
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_salestax_update BEFORE UPDATE OR DELETE ON billing_salestaxrate
FOR EACH ROW EXECUTE FUNCTION guard_billing_salestax()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_codeimport() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  RAISE EXCEPTION 'billing.codeimport: an edition that came in stands as it came' USING ERRCODE = '23514';
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_codeimport_update BEFORE UPDATE OR DELETE ON billing_codeimport
FOR EACH ROW EXECUTE FUNCTION guard_billing_codeimport()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_cardrefund() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.state <> 'asked'
    OR (NEW.id, NEW.uid, NEW.decision_id, NEW.attempt_id, NEW.cents, NEW.asked_at, NEW.asked_by_id)
    IS DISTINCT FROM (OLD.id, OLD.uid, OLD.decision_id, OLD.attempt_id, OLD.cents, OLD.asked_at, OLD.asked_by_id)
  THEN
    RAISE EXCEPTION 'billing.cardrefund: what a card was asked to take back and what was answered do not change' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_cardrefund_update BEFORE UPDATE OR DELETE ON billing_cardrefund
FOR EACH ROW EXECUTE FUNCTION guard_billing_cardrefund()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_held() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'billing.held: what a second person is asked to sign does not change' USING ERRCODE = '23514';
  END IF;
  IF (NEW.id, NEW.uid, NEW.kind, NEW.key, NEW.title, NEW.body, NEW.asked_at, NEW.asked_by_id)
    IS DISTINCT FROM (OLD.id, OLD.uid, OLD.kind, OLD.key, OLD.title, OLD.body, OLD.asked_at, OLD.asked_by_id)
    OR OLD.done_at IS NOT NULL OR OLD.ended_at IS NOT NULL
  THEN
    RAISE EXCEPTION 'billing.held: what a second person is asked to sign does not change' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_held_update BEFORE UPDATE OR DELETE ON billing_heldchange
FOR EACH ROW EXECUTE FUNCTION guard_billing_held()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_contract() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
    RAISE EXCEPTION 'billing.contract: nothing here is deleted' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.id, NEW.uid, NEW.provider_id, NEW.starts_on, NEW.month_cents, NEW.share_ppm, NEW.threshold_cents, NEW.point_cents, NEW.note,
        NEW.made_at, NEW.made_by_id)
      IS DISTINCT FROM (OLD.id, OLD.uid, OLD.provider_id, OLD.starts_on, OLD.month_cents, OLD.share_ppm, OLD.threshold_cents,
        OLD.point_cents, OLD.note, OLD.made_at, OLD.made_by_id) OR OLD.ends_on IS NOT NULL THEN
      RAISE EXCEPTION 'billing.contract: terms never change; end them and make others' USING ERRCODE = '23514';
    END IF;
  END IF;
  PERFORM 1 FROM people_provider WHERE id = NEW.provider_id FOR UPDATE;
  IF EXISTS (SELECT 1 FROM billing_providercontract c WHERE c.provider_id = NEW.provider_id AND c.id <> NEW.id
      AND c.starts_on <= COALESCE(NEW.ends_on, DATE '9999-12-31') AND NEW.starts_on <= COALESCE(c.ends_on, DATE '9999-12-31')) THEN
    RAISE EXCEPTION 'billing.contract: two contracts of one provider never hold at once' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_contract_keep BEFORE INSERT OR UPDATE OR DELETE ON billing_providercontract FOR EACH ROW
EXECUTE FUNCTION guard_billing_contract()
-- ;;
CREATE TRIGGER guard_billing_contract_truncate BEFORE TRUNCATE ON billing_providercontract FOR EACH STATEMENT
EXECUTE FUNCTION guard_billing_contract()
-- ;;
CREATE OR REPLACE FUNCTION guard_billing_overhead() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $guard$
BEGIN
  RAISE EXCEPTION 'billing.overhead: a rule is followed by another, never changed' USING ERRCODE = '23514';
END
$guard$
-- ;;
CREATE TRIGGER guard_billing_overhead_keep BEFORE UPDATE OR DELETE ON billing_overheadrule FOR EACH ROW
EXECUTE FUNCTION guard_billing_overhead()
-- ;;
CREATE TRIGGER guard_billing_overhead_truncate BEFORE TRUNCATE ON billing_overheadrule FOR EACH STATEMENT
EXECUTE FUNCTION guard_billing_overhead()
