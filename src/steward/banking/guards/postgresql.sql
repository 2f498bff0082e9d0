-- A receipt, a locked deposit, a bank line, a match, a counted drawer and a signed day are never edited, deleted or replaced.
-- Same meaning in sqlite.sql and postgresql.sql; statements are parted by a line "-- ;;". Columns not named here are frozen
-- from the insert; the few that may be set once (a void, an undoing, the card batch) are checked by their own trigger.
CREATE OR REPLACE FUNCTION guard_banking_refuse() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
-- ;;
CREATE TRIGGER guard_banking_receipt_update BEFORE UPDATE OF id, uid, number, session_id, day, taken_at, by_id,
  tender, cents, party_id, check_no, card_last4, approval, purpose, for_ref, entry ON banking_receipt FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.receipt: a receipt does not change; void it')
-- ;;
CREATE TRIGGER guard_banking_receipt_once BEFORE UPDATE OF batch_id, voided_at, voided_by_id, void_reason,
  void_entry ON banking_receipt FOR EACH ROW WHEN (OLD.voided_at IS NOT NULL OR (OLD.batch_id IS NOT NULL AND
  NEW.batch_id <> OLD.batch_id))
EXECUTE FUNCTION guard_banking_refuse('banking.receipt: this was done before')
-- ;;
CREATE TRIGGER guard_banking_receipt_delete BEFORE DELETE ON banking_receipt FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.receipt: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_receipt_truncate BEFORE TRUNCATE ON banking_receipt FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.receipt: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_deposit_update BEFORE UPDATE OF id, uid, number, entity_id, site_id,
  bank_account_id, day, prepared_at, prepared_by_id, currency_cents, coin_cents, checks_cents, bag, settlement_id,
  entry ON banking_deposit FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.deposit: a locked deposit does not change; void it')
-- ;;
CREATE TRIGGER guard_banking_deposit_once BEFORE UPDATE OF voided_at, voided_by_id, void_reason ON
  banking_deposit FOR EACH ROW WHEN (OLD.voided_at IS NOT NULL)
EXECUTE FUNCTION guard_banking_refuse('banking.deposit: this was done before')
-- ;;
CREATE TRIGGER guard_banking_deposit_delete BEFORE DELETE ON banking_deposit FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.deposit: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_deposit_truncate BEFORE TRUNCATE ON banking_deposit FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.deposit: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_settlement_update BEFORE UPDATE OF id, uid, kind, key, expected_on, cents,
  gross_cents, entity_id, role, item, label, created_at ON banking_settlement FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.settlement: a settlement does not change; cancel it')
-- ;;
CREATE TRIGGER guard_banking_settlement_once BEFORE UPDATE OF cancelled_at ON banking_settlement FOR EACH ROW
  WHEN (OLD.cancelled_at IS NOT NULL)
EXECUTE FUNCTION guard_banking_refuse('banking.settlement: this was done before')
-- ;;
CREATE TRIGGER guard_banking_settlement_delete BEFORE DELETE ON banking_settlement FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.settlement: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_settlement_truncate BEFORE TRUNCATE ON banking_settlement FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.settlement: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_match_update BEFORE UPDATE OF id, uid, bank_account_id, rule, auto, matched_at,
  matched_by_id, entry, book_line_id, learned_id ON banking_match FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.match: a match does not change; undo it')
-- ;;
CREATE TRIGGER guard_banking_match_once BEFORE UPDATE OF undone_at, undone_by_id, undone_reason, undone_entry ON
  banking_match FOR EACH ROW WHEN (OLD.undone_at IS NOT NULL)
EXECUTE FUNCTION guard_banking_refuse('banking.match: this was done before')
-- ;;
CREATE TRIGGER guard_banking_match_delete BEFORE DELETE ON banking_match FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.match: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_match_truncate BEFORE TRUNCATE ON banking_match FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.match: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_matchpart_update BEFORE UPDATE OF id, match_id, line_id, settlement_id ON
  banking_matchpart FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.matchpart: a match does not change; undo it')
-- ;;
CREATE TRIGGER guard_banking_matchpart_once BEFORE UPDATE OF live ON banking_matchpart FOR EACH ROW WHEN
  (NEW.live AND NOT OLD.live)
EXECUTE FUNCTION guard_banking_refuse('banking.matchpart: this was done before')
-- ;;
CREATE TRIGGER guard_banking_matchpart_delete BEFORE DELETE ON banking_matchpart FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.matchpart: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_matchpart_truncate BEFORE TRUNCATE ON banking_matchpart FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.matchpart: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_depositline_update BEFORE UPDATE ON banking_depositline FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.depositline: a locked deposit does not change')
-- ;;
CREATE TRIGGER guard_banking_depositline_delete BEFORE DELETE ON banking_depositline FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.depositline: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_depositline_truncate BEFORE TRUNCATE ON banking_depositline FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.depositline: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_terminalbatch_update BEFORE UPDATE ON banking_terminalbatch FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.terminalbatch: a closed card batch does not change')
-- ;;
CREATE TRIGGER guard_banking_terminalbatch_delete BEFORE DELETE ON banking_terminalbatch FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.terminalbatch: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_terminalbatch_truncate BEFORE TRUNCATE ON banking_terminalbatch FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.terminalbatch: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_cashmove_update BEFORE UPDATE ON banking_cashmove FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.cashmove: a cash move does not change; book its opposite')
-- ;;
CREATE TRIGGER guard_banking_cashmove_delete BEFORE DELETE ON banking_cashmove FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.cashmove: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_cashmove_truncate BEFORE TRUNCATE ON banking_cashmove FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.cashmove: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_statementimport_update BEFORE UPDATE ON banking_statementimport FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.statementimport: a statement does not change')
-- ;;
CREATE TRIGGER guard_banking_statementimport_delete BEFORE DELETE ON banking_statementimport FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.statementimport: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_statementimport_truncate BEFORE TRUNCATE ON banking_statementimport FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.statementimport: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_bankline_update BEFORE UPDATE ON banking_bankline FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.bankline: what the bank said does not change')
-- ;;
CREATE TRIGGER guard_banking_bankline_delete BEFORE DELETE ON banking_bankline FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.bankline: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_bankline_truncate BEFORE TRUNCATE ON banking_bankline FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.bankline: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_maillog_update BEFORE UPDATE ON banking_maillog FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.maillog: the mail log does not change; add to it')
-- ;;
CREATE TRIGGER guard_banking_maillog_delete BEFORE DELETE ON banking_maillog FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.maillog: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_maillog_truncate BEFORE TRUNCATE ON banking_maillog FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.maillog: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_drawersession_update BEFORE UPDATE ON banking_drawersession FOR EACH ROW WHEN
  (OLD.state <> 'open')
EXECUTE FUNCTION guard_banking_refuse('banking.drawersession: a counted drawer does not change')
-- ;;
CREATE TRIGGER guard_banking_drawersession_delete BEFORE DELETE ON banking_drawersession FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.drawersession: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_drawersession_truncate BEFORE TRUNCATE ON banking_drawersession FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.drawersession: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_dayclose_update BEFORE UPDATE ON banking_dayclose FOR EACH ROW WHEN (OLD.state =
  'signed')
EXECUTE FUNCTION guard_banking_refuse('banking.dayclose: a signed day does not change')
-- ;;
CREATE TRIGGER guard_banking_dayclose_delete BEFORE DELETE ON banking_dayclose FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.dayclose: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_dayclose_truncate BEFORE TRUNCATE ON banking_dayclose FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.dayclose: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_cashrefund_update BEFORE UPDATE OF id, uid, number, session_id, day, paid_at, by_id, cents,
  party_id, item, for_ref, reason, entry ON banking_cashrefund FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.cashrefund: a refund does not change; take it back')
-- ;;
CREATE TRIGGER guard_banking_cashrefund_once BEFORE UPDATE OF voided_at, voided_by_id, void_reason, void_entry ON
  banking_cashrefund FOR EACH ROW WHEN (OLD.voided_at IS NOT NULL)
EXECUTE FUNCTION guard_banking_refuse('banking.cashrefund: this was done before')
-- ;;
CREATE TRIGGER guard_banking_cashrefund_delete BEFORE DELETE ON banking_cashrefund FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.cashrefund: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_cashrefund_truncate BEFORE TRUNCATE ON banking_cashrefund FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.cashrefund: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_achreturn_update BEFORE UPDATE OF id, uid, document_id, kind, code, codes, trace, return_trace, cents, sec, name, ident,
  account_last4, company, info, corrected, settled_on, identity, receipt_id, brought_at, brought_by_id, due_on ON banking_achreturn FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.achreturn: what the bank returned does not change')
-- ;;
CREATE TRIGGER guard_banking_achreturn_once BEFORE UPDATE OF closed_at, closed_by_id, outcome ON banking_achreturn
FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL)
EXECUTE FUNCTION guard_banking_refuse('banking.achreturn: this was done before')
-- ;;
CREATE TRIGGER guard_banking_achreturn_delete BEFORE DELETE ON banking_achreturn FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.achreturn: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_achreturn_truncate BEFORE TRUNCATE ON banking_achreturn FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.achreturn: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_forecast_update BEFORE UPDATE ON banking_forecast FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.forecast: a forecast stands as it was made')
-- ;;
CREATE TRIGGER guard_banking_forecast_delete BEFORE DELETE ON banking_forecast FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.forecast: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_forecast_truncate BEFORE TRUNCATE ON banking_forecast FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.forecast: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_cashfloor_update BEFORE UPDATE ON banking_cashfloor FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.cashfloor: a floor stands as it was set; set another')
-- ;;
CREATE TRIGGER guard_banking_cashfloor_delete BEFORE DELETE ON banking_cashfloor FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.cashfloor: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_cashfloor_truncate BEFORE TRUNCATE ON banking_cashfloor FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.cashfloor: nothing here is deleted')
-- ;;
CREATE OR REPLACE FUNCTION guard_banking_reconciled() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_TABLE_NAME = 'banking_match' THEN
    IF EXISTS (SELECT 1 FROM banking_matchpart p JOIN banking_bankline l ON l.id = p.line_id
      JOIN banking_reconciliation r ON r.bank_account_id = l.bank_account_id
      WHERE p.match_id = NEW.id AND r.reopened_at IS NULL AND l.posted_on <= r.statement_on) THEN
      RAISE EXCEPTION 'banking.reconciled: what a finished reconciliation holds is not undone; reopen it first'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF EXISTS (SELECT 1 FROM banking_reconciliation r WHERE r.bank_account_id = NEW.bank_account_id
    AND r.reopened_at IS NULL AND NEW.posted_on <= r.statement_on) THEN
    RAISE EXCEPTION 'banking.reconciled: the account is reconciled through that day; reopen it first'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
CREATE TRIGGER guard_banking_match_reconciled BEFORE UPDATE OF undone_at ON banking_match FOR EACH ROW
WHEN (NEW.undone_at IS NOT NULL) EXECUTE FUNCTION guard_banking_reconciled()
-- ;;
CREATE TRIGGER guard_banking_bankline_reconciled BEFORE INSERT ON banking_bankline FOR EACH ROW
EXECUTE FUNCTION guard_banking_reconciled()
-- ;;
CREATE TRIGGER guard_banking_reconciliation_update BEFORE UPDATE OF id, uid, bank_account_id, statement_on, bank_cents, book_cents,
  outstanding_cents, sheet, finished_at, finished_by_id ON banking_reconciliation FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.reconciliation: a finished reconciliation does not change; reopen it')
-- ;;
CREATE TRIGGER guard_banking_reconciliation_once BEFORE UPDATE OF reopened_at, reopened_by_id, reopen_reason
  ON banking_reconciliation FOR EACH ROW WHEN (OLD.reopened_at IS NOT NULL)
EXECUTE FUNCTION guard_banking_refuse('banking.reconciliation: this was done before')
-- ;;
CREATE TRIGGER guard_banking_reconciliation_delete BEFORE DELETE ON banking_reconciliation FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.reconciliation: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_reconciliation_truncate BEFORE TRUNCATE ON banking_reconciliation FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.reconciliation: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_check_update BEFORE UPDATE OF id, uid, bank_account_id, day, payee, address, memo, cents, written_by_id,
  written_at ON banking_writtencheck FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.check: a check does not change; void it and write another')
-- ;;
CREATE TRIGGER guard_banking_check_once BEFORE UPDATE OF number, settlement_id, entry, issued_by_id, issued_at ON banking_writtencheck
FOR EACH ROW WHEN (OLD.state <> 'waiting')
EXECUTE FUNCTION guard_banking_refuse('banking.check: it has its number')
-- ;;
CREATE TRIGGER guard_banking_check_state BEFORE UPDATE OF state, ended_on, ended_by_id, end_reason, end_entry ON banking_writtencheck
FOR EACH ROW WHEN (NOT (OLD.state = 'waiting' AND NEW.state IN ('waiting', 'issued', 'rejected')
  OR OLD.state = 'issued' AND NEW.state IN ('issued', 'voided', 'stopped') OR OLD.state = NEW.state AND OLD.ended_on IS NULL))
EXECUTE FUNCTION guard_banking_refuse('banking.check: this was done before')
-- ;;
CREATE TRIGGER guard_banking_check_delete BEFORE DELETE ON banking_writtencheck FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.check: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_check_truncate BEFORE TRUNCATE ON banking_writtencheck FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.check: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_checkline_update BEFORE UPDATE ON banking_writtencheckline FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.checkline: a check does not change; void it and write another')
-- ;;
CREATE TRIGGER guard_banking_checkline_delete BEFORE DELETE ON banking_writtencheckline FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.checkline: a check does not change; void it and write another')
-- ;;
CREATE TRIGGER guard_banking_checkline_truncate BEFORE TRUNCATE ON banking_writtencheckline FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.checkline: a check does not change; void it and write another')
-- ;;
CREATE TRIGGER guard_banking_positivepay_update BEFORE UPDATE ON banking_positivepay FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.positivepay: what the bank was told stands')
-- ;;
CREATE TRIGGER guard_banking_positivepay_delete BEFORE DELETE ON banking_positivepay FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.positivepay: what the bank was told stands')
-- ;;
CREATE TRIGGER guard_banking_positivepay_truncate BEFORE TRUNCATE ON banking_positivepay FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.positivepay: what the bank was told stands')
-- ;;
CREATE TRIGGER guard_banking_positivepayline_update BEFORE UPDATE ON banking_positivepayline FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.positivepayline: what the bank was told stands')
-- ;;
CREATE TRIGGER guard_banking_positivepayline_delete BEFORE DELETE ON banking_positivepayline FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.positivepayline: what the bank was told stands')
-- ;;
CREATE TRIGGER guard_banking_positivepayline_truncate BEFORE TRUNCATE ON banking_positivepayline FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.positivepayline: what the bank was told stands')
-- ;;
CREATE TRIGGER guard_banking_rule_update BEFORE UPDATE OF id, uid, bank_account_id, text, inward, least_cents, most_cents, account_id, memo, made_by_id, made_at
  ON banking_learnedrule FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.rule: what was signed stands; end it')
-- ;;
CREATE TRIGGER guard_banking_rule_state BEFORE UPDATE OF state, approved_by_id, approved_at, ended_on, ended_by_id, end_reason ON banking_learnedrule
FOR EACH ROW WHEN (OLD.state IN ('rejected', 'ended') OR (OLD.state = 'active' AND NEW.state NOT IN ('active', 'ended')))
EXECUTE FUNCTION guard_banking_refuse('banking.rule: this was done before')
-- ;;
CREATE TRIGGER guard_banking_rule_delete BEFORE DELETE ON banking_learnedrule FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.rule: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_rule_truncate BEFORE TRUNCATE ON banking_learnedrule FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.rule: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_cardterms_update BEFORE UPDATE OF id, uid, entity_id, starts_on, rate_ppm, item_cents, each, source, made_at, made_by_id ON banking_cardterms FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.cardterms: terms stand as they were noted; note others from another day')
-- ;;
CREATE TRIGGER guard_banking_cardterms_delete BEFORE DELETE ON banking_cardterms FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.cardterms: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_cardterms_truncate BEFORE TRUNCATE ON banking_cardterms FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.cardterms: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_payout_update BEFORE UPDATE OF id, uid, entity_id, ref, paid_on, cents, document_id, identity, settlement_id, entry, brought_at, brought_by_id ON banking_payout FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.payout: a payout does not change; undo it')
-- ;;
CREATE TRIGGER guard_banking_payout_once BEFORE UPDATE OF undone_at, undone_by_id, undo_reason ON banking_payout
FOR EACH ROW WHEN (OLD.undone_at IS NOT NULL)
EXECUTE FUNCTION guard_banking_refuse('banking.payout: this was done before')
-- ;;
CREATE TRIGGER guard_banking_payout_delete BEFORE DELETE ON banking_payout FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.payout: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_payout_truncate BEFORE TRUNCATE ON banking_payout FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.payout: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_payoutline_update BEFORE UPDATE OF id, uid, payout_id, n, kind, reference, cents, fee_cents, day, text, item, batch_id ON banking_payoutline FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.payoutline: a payout does not change; undo it')
-- ;;
CREATE TRIGGER guard_banking_payoutline_once BEFORE UPDATE OF receipt_id, settlement_id, joined_entry, live ON banking_payoutline
FOR EACH ROW WHEN (NOT OLD.live OR (OLD.receipt_id IS NOT NULL AND NEW.receipt_id IS DISTINCT FROM OLD.receipt_id)
  OR (OLD.settlement_id IS NOT NULL AND NEW.settlement_id IS DISTINCT FROM OLD.settlement_id)
  OR (OLD.joined_entry IS NOT NULL AND NEW.joined_entry IS DISTINCT FROM OLD.joined_entry))
EXECUTE FUNCTION guard_banking_refuse('banking.payoutline: this was done before')
-- ;;
CREATE TRIGGER guard_banking_payoutline_delete BEFORE DELETE ON banking_payoutline FOR EACH ROW
EXECUTE FUNCTION guard_banking_refuse('banking.payoutline: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_banking_payoutline_truncate BEFORE TRUNCATE ON banking_payoutline FOR EACH STATEMENT
EXECUTE FUNCTION guard_banking_refuse('banking.payoutline: nothing here is deleted')
