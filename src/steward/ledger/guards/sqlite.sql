-- Guards of the books on SQLite. Same meaning as postgresql.sql; statements are parted by a line "-- ;;".
-- SQLite fires no DELETE trigger for a row that REPLACE removes unless recursive_triggers is on, and BEFORE INSERT and
-- BEFORE UPDATE run before REPLACE deletes: so both look for the posted row that would vanish.
-- The gate: totals and head change only while an entry numbered head+1 is posted, which is true inside the posting
-- trigger alone, because that trigger ends by moving the head on.
INSERT INTO ledger_head (id, last, hash) SELECT 1, 0, '0000000000000000000000000000000000000000000000000000000000000000'
WHERE NOT EXISTS (SELECT 1 FROM ledger_head)
-- ;;
CREATE TRIGGER guard_ledger_entry_insert BEFORE INSERT ON ledger_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger.draft_first: an entry begins as a draft')
  WHERE NEW.state IS NOT 'draft' OR NEW.number IS NOT NULL OR NEW.hash <> '' OR NEW.posted_at IS NOT NULL;
  SELECT RAISE(ABORT, 'ledger.posted: a posted entry is never replaced')
  WHERE EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.id AND state = 'posted')
     OR EXISTS (SELECT 1 FROM ledger_entry WHERE uid = NEW.uid AND state = 'posted')
     OR (NEW.reverses_id IS NOT NULL
         AND EXISTS (SELECT 1 FROM ledger_entry WHERE reverses_id = NEW.reverses_id AND state = 'posted'));
END
-- ;;
CREATE TRIGGER guard_ledger_entry_posted BEFORE UPDATE ON ledger_entry WHEN OLD.state <> 'draft'
BEGIN
  SELECT RAISE(ABORT, 'ledger.posted: a posted entry does not change; reverse it');
END
-- ;;
CREATE TRIGGER guard_ledger_entry_update BEFORE UPDATE ON ledger_entry WHEN OLD.state = 'draft'
BEGIN
  SELECT RAISE(ABORT, 'ledger.posted: a posted entry is never replaced')
  WHERE NEW.id <> OLD.id
     OR EXISTS (SELECT 1 FROM ledger_entry WHERE uid = NEW.uid AND id <> OLD.id AND state = 'posted')
     OR (NEW.number IS NOT NULL AND EXISTS (SELECT 1 FROM ledger_entry WHERE number = NEW.number AND id <> OLD.id))
     OR (NEW.reverses_id IS NOT NULL AND EXISTS
         (SELECT 1 FROM ledger_entry WHERE reverses_id = NEW.reverses_id AND id <> OLD.id AND state = 'posted'));
  SELECT RAISE(ABORT, 'ledger.state: an entry is a draft or posted')
  WHERE NEW.state NOT IN ('draft', 'posted') OR (NEW.state = 'draft' AND (NEW.number IS NOT NULL OR NEW.hash <> ''));
END
-- ;;
CREATE TRIGGER guard_ledger_entry_post BEFORE UPDATE ON ledger_entry WHEN OLD.state = 'draft' AND NEW.state = 'posted'
BEGIN
  SELECT RAISE(ABORT, 'ledger.number: numbers have no gap')
  WHERE typeof(NEW.number) <> 'integer' OR NEW.number IS NOT (SELECT last + 1 FROM ledger_head WHERE id = 1);
  SELECT RAISE(ABORT, 'ledger.chain: the entry does not carry the hash of the one before')
  WHERE NEW.prev_hash IS NOT (SELECT hash FROM ledger_head WHERE id = 1)
     OR length(NEW.hash) <> 64 OR NEW.hash GLOB '*[^0-9a-f]*';
  SELECT RAISE(ABORT, 'ledger.period: the period is locked')
  WHERE (SELECT state FROM ledger_period WHERE id = NEW.period_id) IS 'locked';
  SELECT RAISE(ABORT, 'ledger.date: the date does not lie in the period')
  WHERE typeof(NEW.date) <> 'text' OR date(NEW.date) IS NOT NEW.date OR NOT EXISTS (
    SELECT 1 FROM ledger_period WHERE id = NEW.period_id
      AND year = CAST(substr(NEW.date, 1, 4) AS INTEGER) AND month = CAST(substr(NEW.date, 6, 2) AS INTEGER));
  SELECT RAISE(ABORT, 'ledger.source: a posted entry names its source document')
  WHERE NEW.source_type = '' OR NEW.source_ref = '' OR NEW.posted_at IS NULL
     OR (NEW.source_type = 'document' AND NOT EXISTS (SELECT 1 FROM ledger_document WHERE id = NEW.document_id))
     OR (NEW.document_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_document WHERE id = NEW.document_id));
  -- One pass over the lines; entities are parted only where there is more than one (a GROUP BY costs a sorter).
  SELECT CASE
    WHEN n < 2 THEN RAISE(ABORT, 'ledger.lines: an entry has two lines or more')
    WHEN wrong > 0
      THEN RAISE(ABORT, 'ledger.cents: an amount is a whole number of cents, not zero, on the entry''s own day')
    WHEN total <> 0 OR (first <> last AND EXISTS (
      SELECT 1 FROM ledger_line WHERE entry_id = NEW.id GROUP BY entity_id HAVING SUM(cents) <> 0))
      THEN RAISE(ABORT, 'ledger.balance: the lines of each entity sum to zero')
  END FROM (
    SELECT COUNT(*) AS n, SUM(cents) AS total, MIN(entity_id) AS first, MAX(entity_id) AS last,
      SUM(typeof(cents) <> 'integer' OR cents = 0 OR abs(cents) > 1000000000000 OR date IS NOT NEW.date
          OR entity_id IS NULL OR account_id IS NULL) AS wrong
    FROM ledger_line WHERE entry_id = NEW.id);
END
-- ;;
CREATE TRIGGER guard_ledger_entry_reversal BEFORE UPDATE ON ledger_entry
WHEN OLD.state = 'draft' AND NEW.state = 'posted' AND NEW.reverses_id IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'ledger.reversal: only an entry posted on or before that day is reversed')
  WHERE NOT EXISTS (SELECT 1 FROM ledger_entry
                    WHERE id = NEW.reverses_id AND state = 'posted' AND date <= NEW.date AND id <> NEW.id);
  SELECT RAISE(ABORT, 'ledger.reversal: a reversal mirrors every line of its original')
  WHERE (SELECT COUNT(*) FROM ledger_line WHERE entry_id = NEW.id)
     <> (SELECT COUNT(*) FROM ledger_line WHERE entry_id = NEW.reverses_id)
     OR EXISTS (SELECT 1 FROM ledger_line o LEFT JOIN ledger_line r ON r.entry_id = NEW.id AND r.n = o.n
       WHERE o.entry_id = NEW.reverses_id AND (r.id IS NULL OR r.cents <> -o.cents OR r.account_id IS NOT o.account_id
         OR r.entity_id IS NOT o.entity_id OR r.site_id IS NOT o.site_id OR r.department_id IS NOT o.department_id
         OR r.provider_id IS NOT o.provider_id OR r.payer_id IS NOT o.payer_id OR r.party_id IS NOT o.party_id
         OR r.party_role IS NOT o.party_role OR r.item IS NOT o.item));
END
-- ;;
CREATE TRIGGER guard_ledger_entry_totals AFTER UPDATE ON ledger_entry WHEN OLD.state = 'draft' AND NEW.state = 'posted'
BEGIN
  INSERT INTO ledger_periodtotal (account_id, entity_id, site_key, period_id, debit, credit)
  SELECT account_id, entity_id, coalesce(site_id, 0), NEW.period_id, max(cents, 0), max(-cents, 0)
  FROM ledger_line WHERE entry_id = NEW.id
  ON CONFLICT (account_id, entity_id, site_key, period_id)
  DO UPDATE SET debit = debit + excluded.debit, credit = credit + excluded.credit;
  UPDATE ledger_head SET last = NEW.number, hash = NEW.hash WHERE id = 1;
END
-- ;;
CREATE TRIGGER guard_ledger_entry_delete BEFORE DELETE ON ledger_entry WHEN OLD.state <> 'draft'
BEGIN
  SELECT RAISE(ABORT, 'ledger.posted: a posted entry is never deleted');
END
-- ;;
CREATE TRIGGER guard_ledger_line_insert BEFORE INSERT ON ledger_line
BEGIN
  SELECT RAISE(ABORT, 'ledger.posted: a posted entry takes no more lines')
  WHERE EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id AND state = 'posted')
     OR EXISTS (SELECT 1 FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id
                WHERE l.id = NEW.id AND e.state = 'posted');
  SELECT RAISE(ABORT, 'ledger.cents: an amount is a whole number of cents')
  WHERE typeof(NEW.cents) NOT IN ('integer', 'text') OR NEW.cents <> CAST(NEW.cents AS INTEGER);
END
-- ;;
CREATE TRIGGER guard_ledger_line_update BEFORE UPDATE ON ledger_line
BEGIN
  SELECT RAISE(ABORT, 'ledger.posted: a line of a posted entry does not change')
  WHERE EXISTS (SELECT 1 FROM ledger_entry WHERE id IN (OLD.entry_id, NEW.entry_id) AND state = 'posted')
     OR EXISTS (SELECT 1 FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id
                WHERE l.id = NEW.id AND l.id <> OLD.id AND e.state = 'posted');
  SELECT RAISE(ABORT, 'ledger.cents: an amount is a whole number of cents')
  WHERE typeof(NEW.cents) NOT IN ('integer', 'text') OR NEW.cents <> CAST(NEW.cents AS INTEGER);
END
-- ;;
CREATE TRIGGER guard_ledger_line_delete BEFORE DELETE ON ledger_line
WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id = OLD.entry_id AND state = 'posted')
BEGIN
  SELECT RAISE(ABORT, 'ledger.posted: a line of a posted entry is never deleted');
END
-- ;;
CREATE TRIGGER guard_ledger_periodtotal_insert BEFORE INSERT ON ledger_periodtotal
WHEN NOT EXISTS (SELECT 1 FROM ledger_entry WHERE number = (SELECT last + 1 FROM ledger_head WHERE id = 1))
BEGIN
  SELECT RAISE(ABORT, 'ledger.totals: totals change by posting alone');
END
-- ;;
CREATE TRIGGER guard_ledger_periodtotal_update BEFORE UPDATE ON ledger_periodtotal
WHEN NOT EXISTS (SELECT 1 FROM ledger_entry WHERE number = (SELECT last + 1 FROM ledger_head WHERE id = 1))
BEGIN
  SELECT RAISE(ABORT, 'ledger.totals: totals change by posting alone');
END
-- ;;
CREATE TRIGGER guard_ledger_periodtotal_delete BEFORE DELETE ON ledger_periodtotal
BEGIN
  SELECT RAISE(ABORT, 'ledger.totals: totals change by posting alone');
END
-- ;;
CREATE TRIGGER guard_ledger_head_insert BEFORE INSERT ON ledger_head
BEGIN
  SELECT RAISE(ABORT, 'ledger.head: the head of the chain moves by posting alone');
END
-- ;;
CREATE TRIGGER guard_ledger_head_update BEFORE UPDATE ON ledger_head
WHEN NEW.id <> OLD.id OR NEW.last <> OLD.last + 1 OR NOT EXISTS (
  SELECT 1 FROM ledger_entry WHERE number = NEW.last AND state = 'posted' AND hash = NEW.hash AND prev_hash = OLD.hash)
BEGIN
  SELECT RAISE(ABORT, 'ledger.head: the head of the chain moves by posting alone');
END
-- ;;
CREATE TRIGGER guard_ledger_head_delete BEFORE DELETE ON ledger_head
BEGIN
  SELECT RAISE(ABORT, 'ledger.head: the head of the chain moves by posting alone');
END
-- ;;
CREATE TRIGGER guard_ledger_period_insert BEFORE INSERT ON ledger_period
BEGIN
  SELECT RAISE(ABORT, 'ledger.period: a period begins open')
  WHERE NEW.state IS NOT 'open' OR NEW.version <> 0;
  SELECT RAISE(ABORT, 'ledger.period: a period is never replaced')
  WHERE EXISTS (SELECT 1 FROM ledger_period WHERE id = NEW.id OR uid = NEW.uid)
     OR EXISTS (SELECT 1 FROM ledger_period WHERE year = NEW.year AND month = NEW.month);
END
-- ;;
CREATE TRIGGER guard_ledger_period_update BEFORE UPDATE ON ledger_period
BEGIN
  SELECT RAISE(ABORT, 'ledger.period: a period keeps its month')
  WHERE NEW.id <> OLD.id OR NEW.year <> OLD.year OR NEW.month <> OLD.month OR NEW.uid <> OLD.uid;
  SELECT RAISE(ABORT, 'ledger.period: a period changes state with its event alone')
  WHERE (NEW.state <> OLD.state OR NEW.version <> OLD.version) AND (NEW.version <> OLD.version + 1 OR NOT EXISTS (
    SELECT 1 FROM ledger_periodevent WHERE period_id = OLD.id AND version = NEW.version
      AND from_state = OLD.state AND to_state = NEW.state));
END
-- ;;
CREATE TRIGGER guard_ledger_period_delete BEFORE DELETE ON ledger_period
BEGIN
  SELECT RAISE(ABORT, 'ledger.period: a period is never deleted');
END
-- ;;
CREATE TRIGGER guard_ledger_periodevent_insert BEFORE INSERT ON ledger_periodevent
BEGIN
  SELECT RAISE(ABORT, 'ledger.period: an event follows the state the period is in, and reopening has a reason')
  WHERE NOT EXISTS (SELECT 1 FROM ledger_period WHERE id = NEW.period_id
                    AND state = NEW.from_state AND version + 1 = NEW.version)
     OR NEW.to_state NOT IN ('open', 'soft', 'locked') OR NEW.to_state = NEW.from_state
     OR (NEW.to_state = 'open' AND trim(NEW.reason) = '')
     OR EXISTS (SELECT 1 FROM ledger_periodevent WHERE id = NEW.id)
     OR EXISTS (SELECT 1 FROM ledger_periodevent WHERE period_id = NEW.period_id AND version = NEW.version);
END
-- ;;
CREATE TRIGGER guard_ledger_periodevent_update BEFORE UPDATE ON ledger_periodevent
BEGIN
  SELECT RAISE(ABORT, 'ledger.period: what was closed or reopened stays written');
END
-- ;;
CREATE TRIGGER guard_ledger_periodevent_delete BEFORE DELETE ON ledger_periodevent
BEGIN
  SELECT RAISE(ABORT, 'ledger.period: what was closed or reopened stays written');
END
-- ;;
CREATE TRIGGER guard_ledger_document_insert BEFORE INSERT ON ledger_document
BEGIN
  SELECT RAISE(ABORT, 'ledger.document: a source document is never replaced')
  WHERE EXISTS (SELECT 1 FROM ledger_document WHERE id = NEW.id OR sha256 = NEW.sha256 OR uid = NEW.uid);
END
-- ;;
CREATE TRIGGER guard_ledger_document_update BEFORE UPDATE ON ledger_document
BEGIN
  SELECT RAISE(ABORT, 'ledger.document: a source document does not change');
END
-- ;;
CREATE TRIGGER guard_ledger_document_delete BEFORE DELETE ON ledger_document
BEGIN
  SELECT RAISE(ABORT, 'ledger.document: a source document is never deleted');
END
-- ;;
CREATE TRIGGER guard_ledger_account_insert BEFORE INSERT ON ledger_account
BEGIN
  SELECT RAISE(ABORT, 'ledger.account: an account is never replaced')
  WHERE EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.id OR code = NEW.code OR uid = NEW.uid)
     OR (NEW.role IS NOT NULL AND EXISTS (SELECT 1 FROM ledger_account WHERE role = NEW.role));
END
-- ;;
CREATE TRIGGER guard_ledger_account_update BEFORE UPDATE ON ledger_account
WHEN NEW.id <> OLD.id OR NEW.code <> OLD.code OR NEW.kind <> OLD.kind OR NEW.normal_side <> OLD.normal_side
  OR NEW.role IS NOT OLD.role OR NEW.uid <> OLD.uid
BEGIN
  SELECT RAISE(ABORT, 'ledger.account: an account with postings keeps its code, kind, side and role')
  WHERE EXISTS (SELECT 1 FROM ledger_line WHERE account_id = OLD.id)
     OR EXISTS (SELECT 1 FROM ledger_account WHERE id <> OLD.id AND (id = NEW.id OR code = NEW.code OR uid = NEW.uid))
     OR (NEW.role IS NOT NULL AND EXISTS (SELECT 1 FROM ledger_account WHERE id <> OLD.id AND role = NEW.role));
END
-- ;;
CREATE TRIGGER guard_ledger_account_delete BEFORE DELETE ON ledger_account
WHEN EXISTS (SELECT 1 FROM ledger_line WHERE account_id = OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'ledger.account: an account with postings is never deleted');
END
-- ;;
CREATE TRIGGER guard_ledger_schedule_update BEFORE UPDATE ON ledger_schedule WHEN OLD.state <> 'draft'
BEGIN
  SELECT RAISE(ABORT, 'ledger.schedule: the terms of a schedule stand once it was submitted; end it and make another')
  WHERE NEW.kind IS NOT OLD.kind
     OR NEW.name IS NOT OLD.name
     OR NEW.first_on IS NOT OLD.first_on
     OR NEW.every_months IS NOT OLD.every_months
     OR NEW.steps IS NOT OLD.steps
     OR NEW.by_day IS NOT OLD.by_day
     OR NEW.released IS NOT OLD.released
     OR NEW.total_cents IS NOT OLD.total_cents
     OR NEW.rate_ppm IS NOT OLD.rate_ppm
     OR NEW.payment_cents IS NOT OLD.payment_cents
     OR NEW.document_id IS NOT OLD.document_id
     OR NEW.drafted_by_id IS NOT OLD.drafted_by_id
     OR NEW.uid IS NOT OLD.uid
     OR NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, 'ledger.schedule: a schedule waits, runs and ends, in this order')
  WHERE NEW.state <> OLD.state AND NOT (OLD.state = 'waiting' AND NEW.state IN ('active', 'rejected')
     OR OLD.state = 'active' AND NEW.state = 'ended');
  SELECT RAISE(ABORT, 'ledger.schedule: who approved and when it ended stays written')
  WHERE NEW.approved_by_id IS NOT OLD.approved_by_id AND OLD.state <> 'waiting'
     OR NEW.ended_on IS NOT OLD.ended_on AND OLD.state <> 'active';
END
-- ;;
CREATE TRIGGER guard_ledger_schedule_delete BEFORE DELETE ON ledger_schedule WHEN OLD.state <> 'draft'
BEGIN
  SELECT RAISE(ABORT, 'ledger.schedule: a schedule is ended, never deleted');
END
-- ;;
CREATE TRIGGER guard_ledger_scheduleline_insert BEFORE INSERT ON ledger_scheduleline
WHEN EXISTS (SELECT 1 FROM ledger_schedule WHERE id = NEW.schedule_id AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'ledger.schedule: the lines of a schedule stand once it was submitted');
END
-- ;;
CREATE TRIGGER guard_ledger_scheduleline_update BEFORE UPDATE ON ledger_scheduleline
WHEN EXISTS (SELECT 1 FROM ledger_schedule WHERE id IN (OLD.schedule_id, NEW.schedule_id) AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'ledger.schedule: the lines of a schedule stand once it was submitted');
END
-- ;;
CREATE TRIGGER guard_ledger_scheduleline_delete BEFORE DELETE ON ledger_scheduleline
WHEN EXISTS (SELECT 1 FROM ledger_schedule WHERE id = OLD.schedule_id AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'ledger.schedule: the lines of a schedule stand once it was submitted');
END
-- ;;
CREATE TRIGGER guard_ledger_schedulestep_insert BEFORE INSERT ON ledger_schedulestep
BEGIN
  SELECT RAISE(ABORT, 'ledger.schedule: a step is an entry posted for a schedule that was approved')
  WHERE NOT EXISTS (SELECT 1 FROM ledger_schedule WHERE id = NEW.schedule_id AND state IN ('active', 'ended'))
     OR NOT EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id AND state = 'posted')
     OR EXISTS (SELECT 1 FROM ledger_schedulestep WHERE id = NEW.id);
END
-- ;;
CREATE TRIGGER guard_ledger_schedulestep_update BEFORE UPDATE ON ledger_schedulestep
BEGIN
  SELECT RAISE(ABORT, 'ledger.schedule: which entry a step became stays written');
END
-- ;;
CREATE TRIGGER guard_ledger_schedulestep_delete BEFORE DELETE ON ledger_schedulestep
BEGIN
  SELECT RAISE(ABORT, 'ledger.schedule: which entry a step became stays written');
END
-- ;;
CREATE TRIGGER guard_ledger_closeact_insert BEFORE INSERT ON ledger_closeact
BEGIN
  SELECT RAISE(ABORT, 'ledger.close: a line is signed while its month stands open, for the month as it is')
  WHERE NOT EXISTS (SELECT 1 FROM ledger_period WHERE id = NEW.period_id AND version = NEW.version AND state <> 'locked')
     OR EXISTS (SELECT 1 FROM ledger_closeact WHERE id = NEW.id);
END
-- ;;
CREATE TRIGGER guard_ledger_closeact_update BEFORE UPDATE ON ledger_closeact
BEGIN
  SELECT RAISE(ABORT, 'ledger.close: who signed what stays written');
END
-- ;;
CREATE TRIGGER guard_ledger_closeact_delete BEFORE DELETE ON ledger_closeact
BEGIN
  SELECT RAISE(ABORT, 'ledger.close: who signed what stays written');
END
-- ;;
CREATE TRIGGER guard_ledger_ownershare_update BEFORE UPDATE ON ledger_ownershare
BEGIN
  SELECT RAISE(ABORT, 'ledger.owners: what was given stays written; put another from a later day');
END
-- ;;
CREATE TRIGGER guard_ledger_ownershare_delete BEFORE DELETE ON ledger_ownershare
BEGIN
  SELECT RAISE(ABORT, 'ledger.owners: what was given stays written; put another from a later day');
END
-- ;;
CREATE TRIGGER guard_ledger_distribution_update BEFORE UPDATE ON ledger_distribution
BEGIN
  SELECT RAISE(ABORT, 'ledger.owners: what was given stays written; put another from a later day');
END
-- ;;
CREATE TRIGGER guard_ledger_distribution_delete BEFORE DELETE ON ledger_distribution
BEGIN
  SELECT RAISE(ABORT, 'ledger.owners: what was given stays written; put another from a later day');
END
-- ;;
CREATE TRIGGER guard_ledger_owner_delete BEFORE DELETE ON ledger_owner
BEGIN
  SELECT RAISE(ABORT, 'ledger.owners: an owner is never deleted');
END
