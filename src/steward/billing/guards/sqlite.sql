-- Guards of billing on SQLite. Same meaning as postgresql.sql; statements are parted by a line "-- ;;".
-- What was charged, what a payer sent and what was sent to a payer is never changed or taken away; a charge may be voided once,
-- a remittance goes from held to posted or away and from posted to taken back, never back again.
CREATE TRIGGER guard_billing_charge_update BEFORE UPDATE ON billing_charge
WHEN NEW.id <> OLD.id OR NEW.uid <> OLD.uid OR NEW.claim_id <> OLD.claim_id OR NEW.line_ref <> OLD.line_ref
  OR NEW.service_date <> OLD.service_date OR NEW.posted_on <> OLD.posted_on OR NEW.code <> OLD.code
  OR NEW.modifiers <> OLD.modifiers OR NEW.units <> OLD.units OR NEW.charge_cents <> OLD.charge_cents
  OR NEW.diagnoses <> OLD.diagnoses OR NEW.pointers <> OLD.pointers OR NEW.place <> OLD.place OR NEW.ndc <> OLD.ndc
  OR NEW.ndc_quantity <> OLD.ndc_quantity OR NEW.ndc_unit <> OLD.ndc_unit OR NEW.note <> OLD.note
  OR NEW.entry <> OLD.entry OR (OLD.voided_on IS NOT NULL AND (NEW.voided_on IS NOT OLD.voided_on
    OR NEW.void_reason <> OLD.void_reason OR NEW.void_entry IS NOT OLD.void_entry))
BEGIN
  SELECT RAISE(ABORT, 'billing.charge: a charge that is posted does not change; void it');
END
-- ;;
CREATE TRIGGER guard_billing_charge_delete BEFORE DELETE ON billing_charge
BEGIN
  SELECT RAISE(ABORT, 'billing.charge: a charge that is posted is never deleted');
END
-- ;;
CREATE TRIGGER guard_billing_remittance_update BEFORE UPDATE ON billing_remittance
WHEN NEW.id <> OLD.id OR NEW.uid <> OLD.uid OR NEW.file_id <> OLD.file_id OR NEW.position <> OLD.position
  OR NEW.trace <> OLD.trace OR NEW.paid_cents <> OLD.paid_cents OR NEW.content_hash <> OLD.content_hash
  OR NEW.identity <> OLD.identity OR NEW.paid_on IS NOT OLD.paid_on
  OR (NEW.state <> OLD.state AND NOT ((OLD.state = 'held' AND NEW.state IN ('posted', 'undone'))
    OR (OLD.state = 'posted' AND NEW.state = 'undone')))
BEGIN
  SELECT RAISE(ABORT, 'billing.remittance: what a payer sent does not change; take it back');
END
-- ;;
CREATE TRIGGER guard_billing_remittance_delete BEFORE DELETE ON billing_remittance
BEGIN
  SELECT RAISE(ABORT, 'billing.remittance: what a payer sent is never deleted');
END
-- ;;
CREATE TRIGGER guard_billing_batch_update BEFORE UPDATE ON billing_batch
WHEN NEW.id <> OLD.id OR NEW.uid <> OLD.uid OR NEW.number <> OLD.number OR NEW.form <> OLD.form
  OR NEW.payer_id <> OLD.payer_id OR NEW.file_id <> OLD.file_id OR NEW.name <> OLD.name
  OR NEW.claim_count <> OLD.claim_count OR NEW.charge_cents <> OLD.charge_cents OR NEW.written_at <> OLD.written_at
  OR (OLD.delivered_at IS NOT NULL AND NEW.delivered_at IS NOT OLD.delivered_at)
BEGIN
  SELECT RAISE(ABORT, 'billing.batch: a claim file that is written does not change');
END
-- ;;
CREATE TRIGGER guard_billing_batch_delete BEFORE DELETE ON billing_batch
BEGIN
  SELECT RAISE(ABORT, 'billing.batch: a claim file that is written is never deleted');
END
-- ;;
CREATE TRIGGER guard_billing_submission_update BEFORE UPDATE ON billing_submission
BEGIN
  SELECT RAISE(ABORT, 'billing.submission: what was sent does not change');
END
-- ;;
CREATE TRIGGER guard_billing_submission_delete BEFORE DELETE ON billing_submission
BEGIN
  SELECT RAISE(ABORT, 'billing.submission: what was sent does not change');
END
-- ;;
CREATE TRIGGER guard_billing_event_update BEFORE UPDATE ON billing_submissionevent
BEGIN
  SELECT RAISE(ABORT, 'billing.event: what was said of a claim does not change');
END
-- ;;
CREATE TRIGGER guard_billing_event_delete BEFORE DELETE ON billing_submissionevent
BEGIN
  SELECT RAISE(ABORT, 'billing.event: what was said of a claim does not change');
END
-- ;;
CREATE TRIGGER guard_billing_other_update BEFORE UPDATE ON billing_othercharge
WHEN NEW.id <> OLD.id OR NEW.uid <> OLD.uid OR NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.debtor_id <> OLD.debtor_id
  OR NEW.patient_id IS NOT OLD.patient_id OR NEW.appointment_id IS NOT OLD.appointment_id OR NEW.site_id <> OLD.site_id
  OR NEW.what <> OLD.what OR NEW.quantity <> OLD.quantity OR NEW.cents <> OLD.cents OR NEW.tax_ppm <> OLD.tax_ppm
  OR NEW.tax_cents <> OLD.tax_cents OR NEW.charged_on <> OLD.charged_on OR NEW.entry <> OLD.entry
  OR (OLD.voided_at IS NOT NULL AND (NEW.voided_at IS NOT OLD.voided_at OR NEW.void_reason <> OLD.void_reason
    OR NEW.void_entry IS NOT OLD.void_entry))
BEGIN
  SELECT RAISE(ABORT, 'billing.othercharge: a charge that is posted does not change; void it');
END
-- ;;
CREATE TRIGGER guard_billing_other_delete BEFORE DELETE ON billing_othercharge
BEGIN
  SELECT RAISE(ABORT, 'billing.othercharge: a charge that is posted is never deleted');
END
-- ;;
CREATE TRIGGER guard_billing_worknote_update BEFORE UPDATE ON billing_worknote
BEGIN
  SELECT RAISE(ABORT, 'billing.worknote: a note that is written does not change; write another');
END
-- ;;
CREATE TRIGGER guard_billing_worknote_delete BEFORE DELETE ON billing_worknote
BEGIN
  SELECT RAISE(ABORT, 'billing.worknote: a note that is written does not change; write another');
END
-- ;;
CREATE TRIGGER guard_billing_disputeline_update BEFORE UPDATE ON billing_disputeline
BEGIN
  SELECT RAISE(ABORT, 'billing.disputeline: what a payer was asked for does not change');
END
-- ;;
CREATE TRIGGER guard_billing_disputeline_delete BEFORE DELETE ON billing_disputeline
BEGIN
  SELECT RAISE(ABORT, 'billing.disputeline: what a payer was asked for does not change');
END
-- ;;
CREATE TRIGGER guard_billing_underpaiddismissal_update BEFORE UPDATE ON billing_underpaiddismissal
BEGIN
  SELECT RAISE(ABORT, 'billing.underpaiddismissal: what was let go stays written down');
END
-- ;;
CREATE TRIGGER guard_billing_underpaiddismissal_delete BEFORE DELETE ON billing_underpaiddismissal
BEGIN
  SELECT RAISE(ABORT, 'billing.underpaiddismissal: what was let go stays written down');
END
-- ;;
CREATE TRIGGER guard_billing_scrubrule_update BEFORE UPDATE ON billing_scrubrule
BEGIN
  SELECT RAISE(ABORT, 'billing.scrubrule: a change of the scrub stands as it was made; add another');
END
-- ;;
CREATE TRIGGER guard_billing_scrubrule_delete BEFORE DELETE ON billing_scrubrule
BEGIN
  SELECT RAISE(ABORT, 'billing.scrubrule: a change of the scrub is never deleted');
END
-- ;;
-- What came through a door is kept as it came; what was seen there was seen; a paper that was named was named.
CREATE TRIGGER guard_billing_arrival_update BEFORE UPDATE ON billing_arrival
WHEN NEW.id <> OLD.id OR NEW.uid <> OLD.uid OR NEW.door_id <> OLD.door_id OR NEW.sha256 <> OLD.sha256
  OR NEW.file_id <> OLD.file_id OR NEW.arrived_at <> OLD.arrived_at
BEGIN
  SELECT RAISE(ABORT, 'billing.arrival: a file that came stays as it came');
END
-- ;;
CREATE TRIGGER guard_billing_arrival_delete BEFORE DELETE ON billing_arrival
BEGIN
  SELECT RAISE(ABORT, 'billing.arrival: a file that came stays');
END
-- ;;
CREATE TRIGGER guard_billing_sighting_update BEFORE UPDATE ON billing_sighting
BEGIN
  SELECT RAISE(ABORT, 'billing.sighting: what was seen was seen');
END
-- ;;
CREATE TRIGGER guard_billing_sighting_delete BEFORE DELETE ON billing_sighting
BEGIN
  SELECT RAISE(ABORT, 'billing.sighting: what was seen was seen');
END
-- ;;
CREATE TRIGGER guard_billing_attachment_update BEFORE UPDATE ON billing_attachment
WHEN NEW.id <> OLD.id OR NEW.uid <> OLD.uid OR NEW.claim_id <> OLD.claim_id OR NEW.kind <> OLD.kind OR NEW.by <> OLD.by
  OR NEW.number <> OLD.number OR NEW.file_id IS NOT OLD.file_id OR NEW.added_at <> OLD.added_at
  OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS NOT OLD.ended_at)
BEGIN
  SELECT RAISE(ABORT, 'billing.attachment: a paper that was named does not change; name it no more and name another');
END
-- ;;
CREATE TRIGGER guard_billing_attachment_delete BEFORE DELETE ON billing_attachment
BEGIN
  SELECT RAISE(ABORT, 'billing.attachment: a paper that was named is never deleted');
END
-- ;;
CREATE TRIGGER guard_billing_returned_update BEFORE UPDATE ON billing_returnedpayment
WHEN NEW.id IS NOT OLD.id OR NEW.uid IS NOT OLD.uid OR NEW.receipt_id IS NOT OLD.receipt_id OR NEW.kind IS NOT OLD.kind
  OR NEW.cents IS NOT OLD.cents OR NEW.reason IS NOT OLD.reason OR NEW.returned_on IS NOT OLD.returned_on
  OR NEW.fee_cents IS NOT OLD.fee_cents OR NEW.decision_id IS NOT OLD.decision_id
  OR (OLD.fee_id IS NOT NULL AND NEW.fee_id IS NOT OLD.fee_id)
  OR (OLD.undone_at IS NOT NULL AND (NEW.undone_at IS NOT OLD.undone_at OR NEW.undone_by_id IS NOT OLD.undone_by_id OR NEW.undo_reason IS NOT OLD.undo_reason))
BEGIN
  SELECT RAISE(ABORT, 'billing.returned: a payment that came back stands as it was noted; undo it');
END
-- ;;
CREATE TRIGGER guard_billing_returned_delete BEFORE DELETE ON billing_returnedpayment
BEGIN
  SELECT RAISE(ABORT, 'billing.returned: a payment that came back stands as it was noted; undo it');
END
-- ;;
CREATE TRIGGER guard_billing_attempt_update BEFORE UPDATE ON billing_cardattempt
WHEN NEW.id IS NOT OLD.id OR NEW.uid IS NOT OLD.uid OR NEW.card_id IS NOT OLD.card_id OR NEW.plan_id IS NOT OLD.plan_id
  OR NEW.due_on IS NOT OLD.due_on OR NEW.n IS NOT OLD.n OR NEW.cents IS NOT OLD.cents
  OR NEW.tried_on IS NOT OLD.tried_on OR NEW.asked_at IS NOT OLD.asked_at OR NEW.asked_by_id IS NOT OLD.asked_by_id
  OR (OLD.state <> 'asked' AND (NEW.state IS NOT OLD.state OR NEW.answered_at IS NOT OLD.answered_at OR NEW.reference IS NOT OLD.reference OR NEW.message IS NOT OLD.message OR NEW.receipt_id IS NOT OLD.receipt_id))
BEGIN
  SELECT RAISE(ABORT, 'billing.attempt: what a card was asked for and what was answered do not change');
END
-- ;;
CREATE TRIGGER guard_billing_attempt_delete BEFORE DELETE ON billing_cardattempt
BEGIN
  SELECT RAISE(ABORT, 'billing.attempt: what a card was asked for and what was answered do not change');
END
-- ;;
CREATE TRIGGER guard_billing_paper_delete BEFORE DELETE ON billing_papereob
WHEN OLD.remittance_id IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'billing.paper: a paper that was posted is never deleted');
END
-- ;;
CREATE TRIGGER guard_billing_salestax_update BEFORE UPDATE ON billing_salestaxrate
BEGIN
  SELECT RAISE(ABORT, 'billing.salestax: a rate stands as it was noted; note another');
END
-- ;;
CREATE TRIGGER guard_billing_salestax_delete BEFORE DELETE ON billing_salestaxrate
BEGIN
  SELECT RAISE(ABORT, 'billing.salestax: a rate stands as it was noted; note another');
END
-- ;;
CREATE TRIGGER guard_billing_codeimport_update BEFORE UPDATE ON billing_codeimport
BEGIN
  SELECT RAISE(ABORT, 'billing.codeimport: an edition that came in stands as it came');
END
-- ;;
CREATE TRIGGER guard_billing_codeimport_delete BEFORE DELETE ON billing_codeimport
BEGIN
  SELECT RAISE(ABORT, 'billing.codeimport: an edition that came in stands as it came');
END
-- ;;
CREATE TRIGGER guard_billing_cardrefund_update BEFORE UPDATE ON billing_cardrefund
WHEN NEW.id IS NOT OLD.id OR NEW.uid IS NOT OLD.uid OR NEW.decision_id IS NOT OLD.decision_id OR NEW.attempt_id IS NOT OLD.attempt_id
  OR NEW.cents IS NOT OLD.cents OR NEW.asked_at IS NOT OLD.asked_at OR NEW.asked_by_id IS NOT OLD.asked_by_id OR OLD.state <> 'asked'
BEGIN
  SELECT RAISE(ABORT, 'billing.cardrefund: what a card was asked to take back and what was answered do not change');
END
-- ;;
CREATE TRIGGER guard_billing_cardrefund_delete BEFORE DELETE ON billing_cardrefund
BEGIN
  SELECT RAISE(ABORT, 'billing.cardrefund: what a card was asked to take back and what was answered do not change');
END
-- ;;
CREATE TRIGGER guard_billing_held_update BEFORE UPDATE ON billing_heldchange
WHEN NEW.id IS NOT OLD.id OR NEW.uid IS NOT OLD.uid OR NEW.kind IS NOT OLD.kind OR NEW.key IS NOT OLD.key OR NEW.title IS NOT OLD.title
  OR NEW.body IS NOT OLD.body OR NEW.asked_at IS NOT OLD.asked_at OR NEW.asked_by_id IS NOT OLD.asked_by_id
  OR OLD.done_at IS NOT NULL OR OLD.ended_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'billing.held: what a second person is asked to sign does not change');
END
-- ;;
CREATE TRIGGER guard_billing_held_delete BEFORE DELETE ON billing_heldchange
BEGIN
  SELECT RAISE(ABORT, 'billing.held: what a second person is asked to sign does not change');
END
-- ;;
CREATE TRIGGER guard_billing_contract_overlap_insert BEFORE INSERT ON billing_providercontract
WHEN EXISTS (SELECT 1 FROM billing_providercontract c WHERE c.provider_id = NEW.provider_id
  AND c.starts_on <= COALESCE(NEW.ends_on, '9999-12-31') AND NEW.starts_on <= COALESCE(c.ends_on, '9999-12-31'))
BEGIN
  SELECT RAISE(ABORT, 'billing.contract: two contracts of one provider never hold at once');
END
-- ;;
CREATE TRIGGER guard_billing_contract_overlap_update BEFORE UPDATE ON billing_providercontract
WHEN EXISTS (SELECT 1 FROM billing_providercontract c WHERE c.provider_id = NEW.provider_id AND c.id <> NEW.id
  AND c.starts_on <= COALESCE(NEW.ends_on, '9999-12-31') AND NEW.starts_on <= COALESCE(c.ends_on, '9999-12-31'))
BEGIN
  SELECT RAISE(ABORT, 'billing.contract: two contracts of one provider never hold at once');
END
-- ;;
CREATE TRIGGER guard_billing_contract_update BEFORE UPDATE OF id, uid, provider_id, starts_on, month_cents, share_ppm, threshold_cents,
  point_cents, note, made_at, made_by_id ON billing_providercontract
BEGIN
  SELECT RAISE(ABORT, 'billing.contract: terms never change; end them and make others');
END
-- ;;
CREATE TRIGGER guard_billing_contract_ended BEFORE UPDATE OF ends_on ON billing_providercontract WHEN OLD.ends_on IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'billing.contract: it has its last day');
END
-- ;;
CREATE TRIGGER guard_billing_contract_delete BEFORE DELETE ON billing_providercontract
BEGIN
  SELECT RAISE(ABORT, 'billing.contract: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_billing_overhead_update BEFORE UPDATE ON billing_overheadrule
BEGIN
  SELECT RAISE(ABORT, 'billing.overhead: a rule is followed by another, never changed');
END
-- ;;
CREATE TRIGGER guard_billing_overhead_delete BEFORE DELETE ON billing_overheadrule
BEGIN
  SELECT RAISE(ABORT, 'billing.overhead: nothing here is deleted');
END
