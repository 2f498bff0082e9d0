-- A receipt, a locked deposit, a bank line, a match, a counted drawer and a signed day are never edited, deleted or replaced.
-- Same meaning in sqlite.sql and postgresql.sql; statements are parted by a line "-- ;;". Columns not named here are frozen
-- from the insert; the few that may be set once (a void, an undoing, the card batch) are checked by their own trigger.
CREATE TRIGGER guard_banking_receipt_update BEFORE UPDATE OF id, uid, number, session_id, day, taken_at, by_id,
  tender, cents, party_id, check_no, card_last4, approval, purpose, for_ref, entry ON banking_receipt
BEGIN
  SELECT RAISE(ABORT, 'banking.receipt: a receipt does not change; void it');
END
-- ;;
CREATE TRIGGER guard_banking_receipt_once BEFORE UPDATE OF batch_id, voided_at, voided_by_id, void_reason,
  void_entry ON banking_receipt WHEN OLD.voided_at IS NOT NULL OR (OLD.batch_id IS NOT NULL AND NEW.batch_id <>
  OLD.batch_id)
BEGIN
  SELECT RAISE(ABORT, 'banking.receipt: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_receipt_delete BEFORE DELETE ON banking_receipt
BEGIN
  SELECT RAISE(ABORT, 'banking.receipt: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_receipt_replace BEFORE INSERT ON banking_receipt
WHEN EXISTS (SELECT 1 FROM banking_receipt WHERE id = NEW.id OR uid = NEW.uid OR number = NEW.number)
BEGIN
  SELECT RAISE(ABORT, 'banking.receipt: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_deposit_update BEFORE UPDATE OF id, uid, number, entity_id, site_id,
  bank_account_id, day, prepared_at, prepared_by_id, currency_cents, coin_cents, checks_cents, bag, settlement_id,
  entry ON banking_deposit
BEGIN
  SELECT RAISE(ABORT, 'banking.deposit: a locked deposit does not change; void it');
END
-- ;;
CREATE TRIGGER guard_banking_deposit_once BEFORE UPDATE OF voided_at, voided_by_id, void_reason ON
  banking_deposit WHEN OLD.voided_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'banking.deposit: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_deposit_delete BEFORE DELETE ON banking_deposit
BEGIN
  SELECT RAISE(ABORT, 'banking.deposit: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_deposit_replace BEFORE INSERT ON banking_deposit
WHEN EXISTS (SELECT 1 FROM banking_deposit WHERE id = NEW.id OR uid = NEW.uid OR number = NEW.number)
BEGIN
  SELECT RAISE(ABORT, 'banking.deposit: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_settlement_update BEFORE UPDATE OF id, uid, kind, key, expected_on, cents,
  gross_cents, entity_id, role, item, label, created_at ON banking_settlement
BEGIN
  SELECT RAISE(ABORT, 'banking.settlement: a settlement does not change; cancel it');
END
-- ;;
CREATE TRIGGER guard_banking_settlement_once BEFORE UPDATE OF cancelled_at ON banking_settlement WHEN
  OLD.cancelled_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'banking.settlement: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_settlement_delete BEFORE DELETE ON banking_settlement
BEGIN
  SELECT RAISE(ABORT, 'banking.settlement: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_settlement_replace BEFORE INSERT ON banking_settlement
WHEN EXISTS (SELECT 1 FROM banking_settlement WHERE id = NEW.id OR uid = NEW.uid OR item = NEW.item)
BEGIN
  SELECT RAISE(ABORT, 'banking.settlement: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_match_update BEFORE UPDATE OF id, uid, bank_account_id, rule, auto, matched_at,
  matched_by_id, entry, book_line_id, learned_id ON banking_match
BEGIN
  SELECT RAISE(ABORT, 'banking.match: a match does not change; undo it');
END
-- ;;
CREATE TRIGGER guard_banking_match_once BEFORE UPDATE OF undone_at, undone_by_id, undone_reason, undone_entry ON
  banking_match WHEN OLD.undone_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'banking.match: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_match_delete BEFORE DELETE ON banking_match
BEGIN
  SELECT RAISE(ABORT, 'banking.match: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_match_replace BEFORE INSERT ON banking_match
WHEN EXISTS (SELECT 1 FROM banking_match WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.match: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_matchpart_update BEFORE UPDATE OF id, match_id, line_id, settlement_id ON
  banking_matchpart
BEGIN
  SELECT RAISE(ABORT, 'banking.matchpart: a match does not change; undo it');
END
-- ;;
CREATE TRIGGER guard_banking_matchpart_once BEFORE UPDATE OF live ON banking_matchpart WHEN OLD.live IS NOT
  NEW.live AND NOT OLD.live
BEGIN
  SELECT RAISE(ABORT, 'banking.matchpart: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_matchpart_delete BEFORE DELETE ON banking_matchpart
BEGIN
  SELECT RAISE(ABORT, 'banking.matchpart: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_matchpart_replace BEFORE INSERT ON banking_matchpart
WHEN EXISTS (SELECT 1 FROM banking_matchpart WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'banking.matchpart: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_depositline_update BEFORE UPDATE ON banking_depositline
BEGIN
  SELECT RAISE(ABORT, 'banking.depositline: a locked deposit does not change');
END
-- ;;
CREATE TRIGGER guard_banking_depositline_delete BEFORE DELETE ON banking_depositline
BEGIN
  SELECT RAISE(ABORT, 'banking.depositline: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_depositline_replace BEFORE INSERT ON banking_depositline
WHEN EXISTS (SELECT 1 FROM banking_depositline WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.depositline: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_terminalbatch_update BEFORE UPDATE ON banking_terminalbatch
BEGIN
  SELECT RAISE(ABORT, 'banking.terminalbatch: a closed card batch does not change');
END
-- ;;
CREATE TRIGGER guard_banking_terminalbatch_delete BEFORE DELETE ON banking_terminalbatch
BEGIN
  SELECT RAISE(ABORT, 'banking.terminalbatch: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_terminalbatch_replace BEFORE INSERT ON banking_terminalbatch
WHEN EXISTS (SELECT 1 FROM banking_terminalbatch WHERE id = NEW.id OR uid = NEW.uid OR number = NEW.number)
BEGIN
  SELECT RAISE(ABORT, 'banking.terminalbatch: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_cashmove_update BEFORE UPDATE ON banking_cashmove
BEGIN
  SELECT RAISE(ABORT, 'banking.cashmove: a cash move does not change; book its opposite');
END
-- ;;
CREATE TRIGGER guard_banking_cashmove_delete BEFORE DELETE ON banking_cashmove
BEGIN
  SELECT RAISE(ABORT, 'banking.cashmove: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_cashmove_replace BEFORE INSERT ON banking_cashmove
WHEN EXISTS (SELECT 1 FROM banking_cashmove WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.cashmove: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_statementimport_update BEFORE UPDATE ON banking_statementimport
BEGIN
  SELECT RAISE(ABORT, 'banking.statementimport: a statement does not change');
END
-- ;;
CREATE TRIGGER guard_banking_statementimport_delete BEFORE DELETE ON banking_statementimport
BEGIN
  SELECT RAISE(ABORT, 'banking.statementimport: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_statementimport_replace BEFORE INSERT ON banking_statementimport
WHEN EXISTS (SELECT 1 FROM banking_statementimport WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.statementimport: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_bankline_update BEFORE UPDATE ON banking_bankline
BEGIN
  SELECT RAISE(ABORT, 'banking.bankline: what the bank said does not change');
END
-- ;;
CREATE TRIGGER guard_banking_bankline_delete BEFORE DELETE ON banking_bankline
BEGIN
  SELECT RAISE(ABORT, 'banking.bankline: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_bankline_replace BEFORE INSERT ON banking_bankline
WHEN EXISTS (SELECT 1 FROM banking_bankline WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.bankline: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_maillog_update BEFORE UPDATE ON banking_maillog
BEGIN
  SELECT RAISE(ABORT, 'banking.maillog: the mail log does not change; add to it');
END
-- ;;
CREATE TRIGGER guard_banking_maillog_delete BEFORE DELETE ON banking_maillog
BEGIN
  SELECT RAISE(ABORT, 'banking.maillog: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_maillog_replace BEFORE INSERT ON banking_maillog
WHEN EXISTS (SELECT 1 FROM banking_maillog WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.maillog: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_drawersession_update BEFORE UPDATE ON banking_drawersession WHEN OLD.state <> 'open'
BEGIN
  SELECT RAISE(ABORT, 'banking.drawersession: a counted drawer does not change');
END
-- ;;
CREATE TRIGGER guard_banking_drawersession_delete BEFORE DELETE ON banking_drawersession
BEGIN
  SELECT RAISE(ABORT, 'banking.drawersession: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_drawersession_replace BEFORE INSERT ON banking_drawersession
WHEN EXISTS (SELECT 1 FROM banking_drawersession WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.drawersession: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_dayclose_update BEFORE UPDATE ON banking_dayclose WHEN OLD.state = 'signed'
BEGIN
  SELECT RAISE(ABORT, 'banking.dayclose: a signed day does not change');
END
-- ;;
CREATE TRIGGER guard_banking_dayclose_delete BEFORE DELETE ON banking_dayclose
BEGIN
  SELECT RAISE(ABORT, 'banking.dayclose: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_dayclose_replace BEFORE INSERT ON banking_dayclose
WHEN EXISTS (SELECT 1 FROM banking_dayclose WHERE id = NEW.id OR uid = NEW.uid OR day = NEW.day)
BEGIN
  SELECT RAISE(ABORT, 'banking.dayclose: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_cashrefund_update BEFORE UPDATE OF id, uid, number, session_id, day, paid_at, by_id, cents,
  party_id, item, for_ref, reason, entry ON banking_cashrefund
BEGIN
  SELECT RAISE(ABORT, 'banking.cashrefund: a refund does not change; take it back');
END
-- ;;
CREATE TRIGGER guard_banking_cashrefund_once BEFORE UPDATE OF voided_at, voided_by_id, void_reason, void_entry ON
  banking_cashrefund WHEN OLD.voided_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'banking.cashrefund: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_cashrefund_delete BEFORE DELETE ON banking_cashrefund
BEGIN
  SELECT RAISE(ABORT, 'banking.cashrefund: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_cashrefund_replace BEFORE INSERT ON banking_cashrefund
WHEN EXISTS (SELECT 1 FROM banking_cashrefund WHERE id = NEW.id OR uid = NEW.uid OR number = NEW.number)
BEGIN
  SELECT RAISE(ABORT, 'banking.cashrefund: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_achreturn_update BEFORE UPDATE OF id, uid, document_id, kind, code, codes, trace, return_trace, cents, sec, name, ident,
  account_last4, company, info, corrected, settled_on, identity, receipt_id, brought_at, brought_by_id, due_on ON banking_achreturn
BEGIN
  SELECT RAISE(ABORT, 'banking.achreturn: what the bank returned does not change');
END
-- ;;
CREATE TRIGGER guard_banking_achreturn_once BEFORE UPDATE OF closed_at, closed_by_id, outcome ON banking_achreturn
  WHEN OLD.closed_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'banking.achreturn: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_achreturn_delete BEFORE DELETE ON banking_achreturn
BEGIN
  SELECT RAISE(ABORT, 'banking.achreturn: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_achreturn_replace BEFORE INSERT ON banking_achreturn
WHEN EXISTS (SELECT 1 FROM banking_achreturn WHERE id = NEW.id OR uid = NEW.uid OR identity = NEW.identity)
BEGIN
  SELECT RAISE(ABORT, 'banking.achreturn: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_forecast_update BEFORE UPDATE ON banking_forecast
BEGIN
  SELECT RAISE(ABORT, 'banking.forecast: a forecast stands as it was made');
END
-- ;;
CREATE TRIGGER guard_banking_forecast_delete BEFORE DELETE ON banking_forecast
BEGIN
  SELECT RAISE(ABORT, 'banking.forecast: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_forecast_replace BEFORE INSERT ON banking_forecast
WHEN EXISTS (SELECT 1 FROM banking_forecast WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.forecast: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_cashfloor_update BEFORE UPDATE ON banking_cashfloor
BEGIN
  SELECT RAISE(ABORT, 'banking.cashfloor: a floor stands as it was set; set another');
END
-- ;;
CREATE TRIGGER guard_banking_cashfloor_delete BEFORE DELETE ON banking_cashfloor
BEGIN
  SELECT RAISE(ABORT, 'banking.cashfloor: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_cashfloor_replace BEFORE INSERT ON banking_cashfloor
WHEN EXISTS (SELECT 1 FROM banking_cashfloor WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.cashfloor: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_match_reconciled BEFORE UPDATE OF undone_at ON banking_match WHEN NEW.undone_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'banking.reconciled: what a finished reconciliation holds is not undone; reopen it first')
  WHERE EXISTS (SELECT 1 FROM banking_matchpart p JOIN banking_bankline l ON l.id = p.line_id
    JOIN banking_reconciliation r ON r.bank_account_id = l.bank_account_id
    WHERE p.match_id = NEW.id AND r.reopened_at IS NULL AND l.posted_on <= r.statement_on);
END
-- ;;
CREATE TRIGGER guard_banking_bankline_reconciled BEFORE INSERT ON banking_bankline
BEGIN
  SELECT RAISE(ABORT, 'banking.reconciled: the account is reconciled through that day; reopen it first')
  WHERE EXISTS (SELECT 1 FROM banking_reconciliation r WHERE r.bank_account_id = NEW.bank_account_id
    AND r.reopened_at IS NULL AND NEW.posted_on <= r.statement_on);
END
-- ;;
CREATE TRIGGER guard_banking_reconciliation_update BEFORE UPDATE OF id, uid, bank_account_id, statement_on, bank_cents, book_cents,
  outstanding_cents, sheet, finished_at, finished_by_id ON banking_reconciliation
BEGIN
  SELECT RAISE(ABORT, 'banking.reconciliation: a finished reconciliation does not change; reopen it');
END
-- ;;
CREATE TRIGGER guard_banking_reconciliation_once BEFORE UPDATE OF reopened_at, reopened_by_id, reopen_reason
  ON banking_reconciliation WHEN OLD.reopened_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'banking.reconciliation: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_reconciliation_delete BEFORE DELETE ON banking_reconciliation
BEGIN
  SELECT RAISE(ABORT, 'banking.reconciliation: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_reconciliation_replace BEFORE INSERT ON banking_reconciliation
WHEN EXISTS (SELECT 1 FROM banking_reconciliation WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.reconciliation: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_check_update BEFORE UPDATE OF id, uid, bank_account_id, day, payee, address, memo, cents, written_by_id,
  written_at ON banking_writtencheck
BEGIN
  SELECT RAISE(ABORT, 'banking.check: a check does not change; void it and write another');
END
-- ;;
CREATE TRIGGER guard_banking_check_once BEFORE UPDATE OF number, settlement_id, entry, issued_by_id, issued_at ON banking_writtencheck
WHEN OLD.state <> 'waiting'
BEGIN
  SELECT RAISE(ABORT, 'banking.check: it has its number');
END
-- ;;
CREATE TRIGGER guard_banking_check_state BEFORE UPDATE OF state, ended_on, ended_by_id, end_reason, end_entry ON banking_writtencheck
WHEN NOT (OLD.state = 'waiting' AND NEW.state IN ('waiting', 'issued', 'rejected')
  OR OLD.state = 'issued' AND NEW.state IN ('issued', 'voided', 'stopped') OR OLD.state = NEW.state AND OLD.ended_on IS NULL)
BEGIN
  SELECT RAISE(ABORT, 'banking.check: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_check_delete BEFORE DELETE ON banking_writtencheck
BEGIN
  SELECT RAISE(ABORT, 'banking.check: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_check_replace BEFORE INSERT ON banking_writtencheck
WHEN EXISTS (SELECT 1 FROM banking_writtencheck WHERE id = NEW.id OR uid = NEW.uid
  OR bank_account_id = NEW.bank_account_id AND number = NEW.number)
BEGIN
  SELECT RAISE(ABORT, 'banking.check: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_checkline_update BEFORE UPDATE ON banking_writtencheckline
BEGIN
  SELECT RAISE(ABORT, 'banking.checkline: a check does not change; void it and write another');
END
-- ;;
CREATE TRIGGER guard_banking_checkline_delete BEFORE DELETE ON banking_writtencheckline
BEGIN
  SELECT RAISE(ABORT, 'banking.checkline: a check does not change; void it and write another');
END
-- ;;
CREATE TRIGGER guard_banking_positivepay_update BEFORE UPDATE ON banking_positivepay
BEGIN
  SELECT RAISE(ABORT, 'banking.positivepay: what the bank was told stands');
END
-- ;;
CREATE TRIGGER guard_banking_positivepay_delete BEFORE DELETE ON banking_positivepay
BEGIN
  SELECT RAISE(ABORT, 'banking.positivepay: what the bank was told stands');
END
-- ;;
CREATE TRIGGER guard_banking_positivepayline_update BEFORE UPDATE ON banking_positivepayline
BEGIN
  SELECT RAISE(ABORT, 'banking.positivepayline: what the bank was told stands');
END
-- ;;
CREATE TRIGGER guard_banking_positivepayline_delete BEFORE DELETE ON banking_positivepayline
BEGIN
  SELECT RAISE(ABORT, 'banking.positivepayline: what the bank was told stands');
END
-- ;;
CREATE TRIGGER guard_banking_rule_update BEFORE UPDATE OF id, uid, bank_account_id, text, inward, least_cents, most_cents, account_id, memo, made_by_id, made_at
  ON banking_learnedrule
BEGIN
  SELECT RAISE(ABORT, 'banking.rule: what was signed stands; end it');
END
-- ;;
CREATE TRIGGER guard_banking_rule_state BEFORE UPDATE OF state, approved_by_id, approved_at, ended_on, ended_by_id, end_reason ON banking_learnedrule
WHEN OLD.state IN ('rejected', 'ended') OR (OLD.state = 'active' AND NEW.state NOT IN ('active', 'ended'))
BEGIN
  SELECT RAISE(ABORT, 'banking.rule: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_rule_delete BEFORE DELETE ON banking_learnedrule
BEGIN
  SELECT RAISE(ABORT, 'banking.rule: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_cardterms_update BEFORE UPDATE OF id, uid, entity_id, starts_on, rate_ppm, item_cents, each, source, made_at, made_by_id ON banking_cardterms
BEGIN
  SELECT RAISE(ABORT, 'banking.cardterms: terms stand as they were noted; note others from another day');
END
-- ;;
CREATE TRIGGER guard_banking_cardterms_delete BEFORE DELETE ON banking_cardterms
BEGIN
  SELECT RAISE(ABORT, 'banking.cardterms: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_cardterms_replace BEFORE INSERT ON banking_cardterms
WHEN EXISTS (SELECT 1 FROM banking_cardterms WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.cardterms: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_payout_update BEFORE UPDATE OF id, uid, entity_id, ref, paid_on, cents, document_id, identity, settlement_id, entry, brought_at, brought_by_id ON banking_payout
BEGIN
  SELECT RAISE(ABORT, 'banking.payout: a payout does not change; undo it');
END
-- ;;
CREATE TRIGGER guard_banking_payout_once BEFORE UPDATE OF undone_at, undone_by_id, undo_reason ON banking_payout
WHEN OLD.undone_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'banking.payout: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_payout_delete BEFORE DELETE ON banking_payout
BEGIN
  SELECT RAISE(ABORT, 'banking.payout: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_payout_replace BEFORE INSERT ON banking_payout
WHEN EXISTS (SELECT 1 FROM banking_payout WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.payout: nothing here is replaced');
END
-- ;;
CREATE TRIGGER guard_banking_payoutline_update BEFORE UPDATE OF id, uid, payout_id, n, kind, reference, cents, fee_cents, day, text, item, batch_id ON banking_payoutline
BEGIN
  SELECT RAISE(ABORT, 'banking.payoutline: a payout does not change; undo it');
END
-- ;;
CREATE TRIGGER guard_banking_payoutline_once BEFORE UPDATE OF receipt_id, settlement_id, joined_entry, live ON banking_payoutline
WHEN NOT OLD.live OR (OLD.receipt_id IS NOT NULL AND NEW.receipt_id IS NOT OLD.receipt_id)
  OR (OLD.settlement_id IS NOT NULL AND NEW.settlement_id IS NOT OLD.settlement_id)
  OR (OLD.joined_entry IS NOT NULL AND NEW.joined_entry IS NOT OLD.joined_entry)
BEGIN
  SELECT RAISE(ABORT, 'banking.payoutline: this was done before');
END
-- ;;
CREATE TRIGGER guard_banking_payoutline_delete BEFORE DELETE ON banking_payoutline
BEGIN
  SELECT RAISE(ABORT, 'banking.payoutline: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_banking_payoutline_replace BEFORE INSERT ON banking_payoutline
WHEN EXISTS (SELECT 1 FROM banking_payoutline WHERE id = NEW.id OR uid = NEW.uid)
BEGIN
  SELECT RAISE(ABORT, 'banking.payoutline: nothing here is replaced');
END
