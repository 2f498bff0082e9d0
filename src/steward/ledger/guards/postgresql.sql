-- Guards of the books on PostgreSQL. Same meaning as sqlite.sql; statements are parted by a line "-- ;;".
-- Functions are SECURITY DEFINER with a pinned search_path, so that the application's role needs no right to touch totals
-- and head, and cannot put another table in front. Posting is checked per statement over its transition tables: one
-- entry or ten thousand cost one pass. FOR SHARE on entry and period: without it a line slips into an entry, or a post
-- into a period, that another transaction is just closing (both races were reproduced).
INSERT INTO ledger_head (id, last, hash) SELECT 1, 0, repeat('0', 64) WHERE NOT EXISTS (SELECT 1 FROM ledger_head)
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_take_head() RETURNS TABLE (last bigint, hash varchar)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT h.last, h.hash FROM ledger_head h WHERE h.id = 1 FOR UPDATE $$
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_refuse() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
-- ;;
CREATE TRIGGER guard_ledger_entry_insert BEFORE INSERT ON ledger_entry FOR EACH ROW
WHEN (NEW.state IS DISTINCT FROM 'draft' OR NEW.number IS NOT NULL OR NEW.hash <> '' OR NEW.posted_at IS NOT NULL)
EXECUTE FUNCTION guard_ledger_refuse('ledger.draft_first: an entry begins as a draft')
-- ;;
CREATE TRIGGER guard_ledger_entry_posted BEFORE UPDATE ON ledger_entry FOR EACH ROW
WHEN (OLD.state <> 'draft')
EXECUTE FUNCTION guard_ledger_refuse('ledger.posted: a posted entry does not change; reverse it')
-- ;;
CREATE TRIGGER guard_ledger_entry_update BEFORE UPDATE ON ledger_entry FOR EACH ROW
WHEN (OLD.state = 'draft' AND (NEW.id <> OLD.id OR NEW.state NOT IN ('draft', 'posted')
      OR (NEW.state = 'draft' AND (NEW.number IS NOT NULL OR NEW.hash <> ''))))
EXECUTE FUNCTION guard_ledger_refuse('ledger.state: an entry keeps its id and is a draft or posted')
-- ;;
CREATE TRIGGER guard_ledger_entry_delete BEFORE DELETE ON ledger_entry FOR EACH ROW
WHEN (OLD.state <> 'draft')
EXECUTE FUNCTION guard_ledger_refuse('ledger.posted: a posted entry is never deleted')
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_post() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  ids bigint[];
  months bigint[];
  head ledger_head%ROWTYPE;
  refusal text;
BEGIN
  -- Only drafts can be updated (guard_ledger_entry_posted), so what is posted now was posted by this statement.
  SELECT array_agg(id ORDER BY number), array_agg(DISTINCT period_id) INTO ids, months FROM flipped WHERE state = 'posted';
  IF ids IS NULL THEN RETURN NULL; END IF;
  SELECT * INTO head FROM ledger_head WHERE id = 1 FOR UPDATE;
  -- by array, not from the transition table: see guard_ledger_lines
  PERFORM 1 FROM ledger_period WHERE id = ANY (months) ORDER BY id FOR SHARE;
  SELECT CASE
    WHEN EXISTS (
      SELECT 1 FROM (SELECT number, row_number() OVER (ORDER BY number) AS k FROM flipped WHERE state = 'posted') f
      WHERE number IS DISTINCT FROM head.last + k) THEN 'ledger.number: numbers have no gap'
    WHEN EXISTS (
      SELECT 1 FROM (SELECT prev_hash, hash, lag(hash, 1, head.hash) OVER (ORDER BY number) AS before
                     FROM flipped WHERE state = 'posted') f
      WHERE prev_hash IS DISTINCT FROM before OR hash !~ '^[0-9a-f]{64}$')
      THEN 'ledger.chain: the entry does not carry the hash of the one before'
    WHEN EXISTS (SELECT 1 FROM flipped f JOIN ledger_period p ON p.id = f.period_id
                 WHERE f.state = 'posted' AND p.state = 'locked') THEN 'ledger.period: the period is locked'
    WHEN EXISTS (SELECT 1 FROM flipped f LEFT JOIN ledger_period p ON p.id = f.period_id WHERE f.state = 'posted'
                 AND (p.year, p.month) IS DISTINCT FROM (extract(year FROM f.date)::int, extract(month FROM f.date)::int))
      THEN 'ledger.date: the date does not lie in the period'
    WHEN EXISTS (SELECT 1 FROM flipped f WHERE f.state = 'posted' AND (f.source_type = '' OR f.source_ref = ''
                 OR f.posted_at IS NULL OR (f.source_type = 'document' AND f.document_id IS NULL)))
      THEN 'ledger.source: a posted entry names its source document'
    WHEN EXISTS (SELECT 1 FROM unnest(ids) i(id)
                 WHERE (SELECT count(*) FROM ledger_line l WHERE l.entry_id = i.id) < 2)
      THEN 'ledger.lines: an entry has two lines or more'
    WHEN EXISTS (SELECT 1 FROM flipped f JOIN ledger_line l ON l.entry_id = f.id WHERE f.state = 'posted'
                 AND (l.cents = 0 OR abs(l.cents) > 1000000000000 OR l.date IS DISTINCT FROM f.date))
      THEN 'ledger.cents: an amount is a whole number of cents, not zero, on the entry''s own day'
    WHEN EXISTS (SELECT 1 FROM ledger_line l WHERE l.entry_id = ANY (ids)
                 GROUP BY l.entry_id, l.entity_id HAVING sum(l.cents) <> 0)
      THEN 'ledger.balance: the lines of each entity sum to zero'
    WHEN EXISTS (
      SELECT 1 FROM flipped f LEFT JOIN ledger_entry o ON o.id = f.reverses_id AND o.id <> f.id
      WHERE f.state = 'posted' AND f.reverses_id IS NOT NULL
        AND (o.id IS NULL OR o.state <> 'posted' OR o.number >= f.number OR o.date > f.date))
      THEN 'ledger.reversal: only an entry posted on or before that day is reversed'
    WHEN EXISTS (
      SELECT 1 FROM flipped f
      JOIN LATERAL (
        SELECT 1 FROM (SELECT * FROM ledger_line WHERE entry_id = f.reverses_id) o
        FULL JOIN (SELECT * FROM ledger_line WHERE entry_id = f.id) r ON r.n = o.n
        WHERE (o.account_id, -o.cents, o.entity_id, o.site_id, o.department_id, o.provider_id, o.payer_id, o.party_id,
               o.party_role, o.item)
          IS DISTINCT FROM (r.account_id, r.cents, r.entity_id, r.site_id, r.department_id, r.provider_id, r.payer_id,
               r.party_id, r.party_role, r.item)) wrong ON true
      WHERE f.state = 'posted' AND f.reverses_id IS NOT NULL)
      THEN 'ledger.reversal: a reversal mirrors every line of its original'
  END INTO refusal;
  IF refusal IS NOT NULL THEN
    RAISE EXCEPTION '%', refusal USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  INSERT INTO ledger_periodtotal AS t (account_id, entity_id, site_key, period_id, debit, credit)
  SELECT l.account_id, l.entity_id, coalesce(l.site_id, 0), f.period_id, sum(greatest(l.cents, 0)), sum(greatest(-l.cents, 0))
  FROM flipped f JOIN ledger_line l ON l.entry_id = f.id
  WHERE f.state = 'posted' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (account_id, entity_id, site_key, period_id)
  DO UPDATE SET debit = t.debit + excluded.debit, credit = t.credit + excluded.credit;
  UPDATE ledger_head h SET last = f.number, hash = f.hash
  FROM flipped f WHERE h.id = 1 AND f.id = ids[array_upper(ids, 1)];
  RETURN NULL;
END $$
-- ;;
CREATE TRIGGER guard_ledger_entry_post AFTER UPDATE ON ledger_entry REFERENCING NEW TABLE AS flipped
FOR EACH STATEMENT EXECUTE FUNCTION guard_ledger_post()
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  ids bigint[];
BEGIN
  -- Ids first, as an array: after waiting for a lock PostgreSQL rechecks the row's own condition, and against a transition
  -- table that recheck finds nothing, so the row just posted by another would silently drop out (a test holds this).
  SELECT array_agg(DISTINCT entry_id) INTO ids FROM touched;
  PERFORM 1 FROM ledger_entry WHERE id = ANY (ids) ORDER BY id FOR SHARE;
  IF EXISTS (SELECT 1 FROM ledger_entry WHERE id = ANY (ids) AND state <> 'draft') THEN
    RAISE EXCEPTION 'ledger.posted: the lines of a posted entry stay as they are'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$
-- ;;
CREATE TRIGGER guard_ledger_line_insert AFTER INSERT ON ledger_line REFERENCING NEW TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION guard_ledger_lines()
-- ;;
CREATE TRIGGER guard_ledger_line_update_old AFTER UPDATE ON ledger_line REFERENCING OLD TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION guard_ledger_lines()
-- ;;
CREATE TRIGGER guard_ledger_line_update_new AFTER UPDATE ON ledger_line REFERENCING NEW TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION guard_ledger_lines()
-- ;;
CREATE TRIGGER guard_ledger_line_delete AFTER DELETE ON ledger_line REFERENCING OLD TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION guard_ledger_lines()
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_gate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  -- True inside the posting trigger alone: it ends by moving the head on to the entry it posted.
  IF EXISTS (SELECT 1 FROM ledger_entry WHERE number = (SELECT last + 1 FROM ledger_head WHERE id = 1)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'ledger.totals: totals and head change by posting alone' USING ERRCODE = 'integrity_constraint_violation';
END $$
-- ;;
CREATE TRIGGER guard_ledger_periodtotal_write BEFORE INSERT OR UPDATE ON ledger_periodtotal
FOR EACH ROW EXECUTE FUNCTION guard_ledger_gate()
-- ;;
CREATE TRIGGER guard_ledger_periodtotal_delete BEFORE DELETE ON ledger_periodtotal FOR EACH ROW
EXECUTE FUNCTION guard_ledger_refuse('ledger.totals: totals change by posting alone')
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_head() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.id = OLD.id AND NEW.last > OLD.last
     AND EXISTS (SELECT 1 FROM ledger_entry WHERE number = NEW.last AND state = 'posted' AND hash = NEW.hash)
     AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE number > NEW.last) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'ledger.head: the head of the chain moves by posting alone'
    USING ERRCODE = 'integrity_constraint_violation';
END $$
-- ;;
CREATE TRIGGER guard_ledger_head_update BEFORE UPDATE ON ledger_head
FOR EACH ROW EXECUTE FUNCTION guard_ledger_head()
-- ;;
CREATE TRIGGER guard_ledger_head_other BEFORE INSERT OR DELETE ON ledger_head FOR EACH ROW
EXECUTE FUNCTION guard_ledger_refuse('ledger.head: the head of the chain moves by posting alone')
-- ;;
CREATE TRIGGER guard_ledger_period_insert BEFORE INSERT ON ledger_period FOR EACH ROW
WHEN (NEW.state IS DISTINCT FROM 'open' OR NEW.version <> 0)
EXECUTE FUNCTION guard_ledger_refuse('ledger.period: a period begins open')
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_period() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.year <> OLD.year OR NEW.month <> OLD.month OR NEW.uid <> OLD.uid THEN
    RAISE EXCEPTION 'ledger.period: a period keeps its month' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.state <> OLD.state OR NEW.version <> OLD.version) AND (NEW.version <> OLD.version + 1 OR NOT EXISTS (
    SELECT 1 FROM ledger_periodevent WHERE period_id = OLD.id AND version = NEW.version
      AND from_state = OLD.state AND to_state = NEW.state)) THEN
    RAISE EXCEPTION 'ledger.period: a period changes state with its event alone'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
CREATE TRIGGER guard_ledger_period_update BEFORE UPDATE ON ledger_period
FOR EACH ROW EXECUTE FUNCTION guard_ledger_period()
-- ;;
CREATE TRIGGER guard_ledger_period_delete BEFORE DELETE ON ledger_period FOR EACH ROW
EXECUTE FUNCTION guard_ledger_refuse('ledger.period: a period is never deleted')
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_periodevent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM 1 FROM ledger_period
    WHERE id = NEW.period_id AND state = NEW.from_state AND version + 1 = NEW.version FOR UPDATE;
  IF NOT FOUND OR NEW.to_state NOT IN ('open', 'soft', 'locked') OR NEW.to_state = NEW.from_state
     OR (NEW.to_state = 'open' AND btrim(NEW.reason) = '') THEN
    RAISE EXCEPTION 'ledger.period: an event follows the state the period is in, and reopening has a reason'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
CREATE TRIGGER guard_ledger_periodevent_insert BEFORE INSERT ON ledger_periodevent
FOR EACH ROW EXECUTE FUNCTION guard_ledger_periodevent()
-- ;;
CREATE TRIGGER guard_ledger_periodevent_keep BEFORE UPDATE OR DELETE ON ledger_periodevent FOR EACH ROW
EXECUTE FUNCTION guard_ledger_refuse('ledger.period: what was closed or reopened stays written')
-- ;;
CREATE TRIGGER guard_ledger_document_keep BEFORE UPDATE OR DELETE ON ledger_document FOR EACH ROW
EXECUTE FUNCTION guard_ledger_refuse('ledger.document: a source document does not change')
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_line WHERE account_id = OLD.id) THEN
    RAISE EXCEPTION 'ledger.account: an account with postings keeps its code, kind, side and role'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
-- ;;
CREATE TRIGGER guard_ledger_account_update BEFORE UPDATE ON ledger_account FOR EACH ROW
WHEN (NEW.id <> OLD.id OR NEW.code <> OLD.code OR NEW.kind <> OLD.kind OR NEW.normal_side <> OLD.normal_side
      OR NEW.role IS DISTINCT FROM OLD.role OR NEW.uid <> OLD.uid)
EXECUTE FUNCTION guard_ledger_account()
-- ;;
CREATE TRIGGER guard_ledger_account_delete BEFORE DELETE ON ledger_account
FOR EACH ROW EXECUTE FUNCTION guard_ledger_account()
-- ;;
CREATE TRIGGER guard_ledger_entry_truncate BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_line_truncate BEFORE TRUNCATE ON ledger_line FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_periodtotal_truncate BEFORE TRUNCATE ON ledger_periodtotal FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_head_truncate BEFORE TRUNCATE ON ledger_head FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_period_truncate BEFORE TRUNCATE ON ledger_period FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_periodevent_truncate BEFORE TRUNCATE ON ledger_periodevent FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_document_truncate BEFORE TRUNCATE ON ledger_document FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_account_truncate BEFORE TRUNCATE ON ledger_account FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_schedule() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.kind IS DISTINCT FROM OLD.kind OR NEW.name IS DISTINCT FROM OLD.name OR NEW.first_on IS DISTINCT FROM
     OLD.first_on OR NEW.every_months IS DISTINCT FROM OLD.every_months OR NEW.steps IS DISTINCT FROM
     OLD.steps OR NEW.by_day IS DISTINCT FROM OLD.by_day OR NEW.released IS DISTINCT FROM OLD.released OR
     NEW.total_cents IS DISTINCT FROM OLD.total_cents OR NEW.rate_ppm IS DISTINCT FROM OLD.rate_ppm OR
     NEW.payment_cents IS DISTINCT FROM OLD.payment_cents OR NEW.document_id IS DISTINCT FROM OLD.document_id
     OR NEW.drafted_by_id IS DISTINCT FROM OLD.drafted_by_id OR NEW.uid IS DISTINCT FROM OLD.uid OR NEW.id IS
     DISTINCT FROM OLD.id THEN
    RAISE EXCEPTION 'ledger.schedule: the terms of a schedule stand once it was submitted; end it and make another'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT (OLD.state = 'waiting' AND NEW.state IN ('active', 'rejected')
     OR OLD.state = 'active' AND NEW.state = 'ended') THEN
    RAISE EXCEPTION 'ledger.schedule: a schedule waits, runs and ends, in this order'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id AND OLD.state <> 'waiting'
     OR NEW.ended_on IS DISTINCT FROM OLD.ended_on AND OLD.state <> 'active' THEN
    RAISE EXCEPTION 'ledger.schedule: who approved and when it ended stays written'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
CREATE TRIGGER guard_ledger_schedule_update BEFORE UPDATE ON ledger_schedule FOR EACH ROW
WHEN (OLD.state <> 'draft') EXECUTE FUNCTION guard_ledger_schedule()
-- ;;
CREATE TRIGGER guard_ledger_schedule_delete BEFORE DELETE ON ledger_schedule FOR EACH ROW
WHEN (OLD.state <> 'draft') EXECUTE FUNCTION guard_ledger_refuse('ledger.schedule: a schedule is ended, never deleted')
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_scheduleline() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF (TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM ledger_schedule WHERE id = OLD.schedule_id AND state <> 'draft'))
     OR (TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM ledger_schedule WHERE id = NEW.schedule_id AND state <> 'draft')) THEN
    RAISE EXCEPTION 'ledger.schedule: the lines of a schedule stand once it was submitted'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
-- ;;
CREATE TRIGGER guard_ledger_scheduleline_keep BEFORE INSERT OR UPDATE OR DELETE ON ledger_scheduleline FOR EACH ROW
EXECUTE FUNCTION guard_ledger_scheduleline()
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_schedulestep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger_schedule WHERE id = NEW.schedule_id AND state IN ('active', 'ended'))
     OR NOT EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id AND state = 'posted') THEN
    RAISE EXCEPTION 'ledger.schedule: a step is an entry posted for a schedule that was approved'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
CREATE TRIGGER guard_ledger_schedulestep_insert BEFORE INSERT ON ledger_schedulestep FOR EACH ROW
EXECUTE FUNCTION guard_ledger_schedulestep()
-- ;;
CREATE TRIGGER guard_ledger_schedulestep_keep BEFORE UPDATE OR DELETE ON ledger_schedulestep FOR EACH ROW
EXECUTE FUNCTION guard_ledger_refuse('ledger.schedule: which entry a step became stays written')
-- ;;
CREATE TRIGGER guard_ledger_schedule_truncate BEFORE TRUNCATE ON ledger_schedule FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_scheduleline_truncate BEFORE TRUNCATE ON ledger_scheduleline FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_schedulestep_truncate BEFORE TRUNCATE ON ledger_schedulestep FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE OR REPLACE FUNCTION guard_ledger_closeact() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM 1 FROM ledger_period WHERE id = NEW.period_id AND version = NEW.version AND state <> 'locked' FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'ledger.close: a line is signed while its month stands open, for the month as it is'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
CREATE TRIGGER guard_ledger_closeact_insert BEFORE INSERT ON ledger_closeact
FOR EACH ROW EXECUTE FUNCTION guard_ledger_closeact()
-- ;;
CREATE TRIGGER guard_ledger_closeact_keep BEFORE UPDATE OR DELETE ON ledger_closeact FOR EACH ROW
EXECUTE FUNCTION guard_ledger_refuse('ledger.close: who signed what stays written')
-- ;;
CREATE TRIGGER guard_ledger_closeact_truncate BEFORE TRUNCATE ON ledger_closeact FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_ownershare_keep BEFORE UPDATE OR DELETE ON ledger_ownershare FOR EACH ROW
EXECUTE FUNCTION guard_ledger_refuse('ledger.owners: what was given stays written; put another from a later day')
-- ;;
CREATE TRIGGER guard_ledger_ownershare_truncate BEFORE TRUNCATE ON ledger_ownershare FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_distribution_keep BEFORE UPDATE OR DELETE ON ledger_distribution FOR EACH ROW
EXECUTE FUNCTION guard_ledger_refuse('ledger.owners: what was given stays written; put another from a later day')
-- ;;
CREATE TRIGGER guard_ledger_distribution_truncate BEFORE TRUNCATE ON ledger_distribution FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
-- ;;
CREATE TRIGGER guard_ledger_owner_delete BEFORE DELETE ON ledger_owner FOR EACH ROW
EXECUTE FUNCTION guard_ledger_refuse('ledger.owners: an owner is never deleted')
-- ;;
CREATE TRIGGER guard_ledger_owner_truncate BEFORE TRUNCATE ON ledger_owner FOR EACH STATEMENT
EXECUTE FUNCTION guard_ledger_refuse('ledger.truncate: the books are never emptied')
