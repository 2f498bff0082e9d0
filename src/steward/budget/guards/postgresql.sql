-- Guards of the budget on PostgreSQL. Same meaning as sqlite.sql.
CREATE OR REPLACE FUNCTION guard_budget_refuse() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
-- ;;
CREATE OR REPLACE FUNCTION guard_budget_line() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF (TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM budget_budget WHERE id = OLD.budget_id AND state <> 'draft'))
     OR (TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM budget_budget WHERE id = NEW.budget_id AND state <> 'draft')) THEN
    RAISE EXCEPTION 'budget.lines: the lines of a budget stand once it was submitted' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
-- ;;
CREATE TRIGGER guard_budget_line_keep BEFORE INSERT OR UPDATE OR DELETE ON budget_budgetline FOR EACH ROW
EXECUTE FUNCTION guard_budget_line()
-- ;;
CREATE TRIGGER guard_budget_terms BEFORE UPDATE OF id, uid, name, kind, first_on, assumptions, based_on_id, made_by_id, made_at ON budget_budget FOR EACH ROW WHEN (OLD.state <> 'draft')
EXECUTE FUNCTION guard_budget_refuse('budget.approved: a budget stands once it was submitted; make another version')
-- ;;
CREATE TRIGGER guard_budget_state BEFORE UPDATE OF state, approved_by_id, approved_at ON budget_budget FOR EACH ROW
WHEN (OLD.state = 'approved') EXECUTE FUNCTION guard_budget_refuse('budget.approved: an approved budget stands; make a reforecast')
-- ;;
CREATE TRIGGER guard_budget_delete BEFORE DELETE ON budget_budget FOR EACH ROW WHEN (OLD.state <> 'draft')
EXECUTE FUNCTION guard_budget_refuse('budget.approved: a submitted budget is never deleted')
-- ;;
CREATE TRIGGER guard_budget_comment_keep BEFORE UPDATE OR DELETE ON budget_comment FOR EACH ROW
EXECUTE FUNCTION guard_budget_refuse('budget.comment: what was said stays written')
-- ;;
CREATE TRIGGER guard_budget_commitment_update BEFORE UPDATE OF id, uid, ref, account_id, site_id, department_id, "on", cents
ON budget_commitment FOR EACH ROW
EXECUTE FUNCTION guard_budget_refuse('budget.commitment: what an order binds does not change; release it')
-- ;;
CREATE TRIGGER guard_budget_commitment_delete BEFORE DELETE ON budget_commitment FOR EACH ROW
EXECUTE FUNCTION guard_budget_refuse('budget.commitment: nothing here is deleted')
-- ;;
CREATE TRIGGER guard_budget_budget_truncate BEFORE TRUNCATE ON budget_budget FOR EACH STATEMENT
EXECUTE FUNCTION guard_budget_refuse('budget.truncate: nothing here is emptied')
-- ;;
CREATE TRIGGER guard_budget_budgetline_truncate BEFORE TRUNCATE ON budget_budgetline FOR EACH STATEMENT
EXECUTE FUNCTION guard_budget_refuse('budget.truncate: nothing here is emptied')
-- ;;
CREATE TRIGGER guard_budget_commitment_truncate BEFORE TRUNCATE ON budget_commitment FOR EACH STATEMENT
EXECUTE FUNCTION guard_budget_refuse('budget.truncate: nothing here is emptied')
-- ;;
CREATE TRIGGER guard_budget_comment_truncate BEFORE TRUNCATE ON budget_comment FOR EACH STATEMENT
EXECUTE FUNCTION guard_budget_refuse('budget.truncate: nothing here is emptied')
-- ;;
CREATE TRIGGER guard_budget_first_day BEFORE INSERT ON budget_budget FOR EACH ROW
WHEN (EXTRACT(DAY FROM NEW.first_on) <> 1) EXECUTE FUNCTION guard_budget_refuse('budget.first_on: a budget begins on the first of a month')
-- ;;
CREATE TRIGGER guard_budget_driver_keep BEFORE INSERT OR UPDATE OR DELETE ON budget_driver FOR EACH ROW
EXECUTE FUNCTION guard_budget_line()
-- ;;
CREATE TRIGGER guard_budget_season_keep BEFORE INSERT OR UPDATE OR DELETE ON budget_season FOR EACH ROW
EXECUTE FUNCTION guard_budget_line()
