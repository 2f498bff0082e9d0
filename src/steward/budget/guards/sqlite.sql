-- Guards of the budget on SQLite. Same meaning as postgresql.sql; statements are parted by a line "-- ;;".
CREATE TRIGGER guard_budget_line_insert BEFORE INSERT ON budget_budgetline
WHEN EXISTS (SELECT 1 FROM budget_budget WHERE id = NEW.budget_id AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'budget.lines: the lines of a budget stand once it was submitted');
END
-- ;;
CREATE TRIGGER guard_budget_line_update BEFORE UPDATE ON budget_budgetline
WHEN EXISTS (SELECT 1 FROM budget_budget WHERE id IN (OLD.budget_id, NEW.budget_id) AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'budget.lines: the lines of a budget stand once it was submitted');
END
-- ;;
CREATE TRIGGER guard_budget_line_delete BEFORE DELETE ON budget_budgetline
WHEN EXISTS (SELECT 1 FROM budget_budget WHERE id = OLD.budget_id AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'budget.lines: the lines of a budget stand once it was submitted');
END
-- ;;
CREATE TRIGGER guard_budget_terms BEFORE UPDATE OF id, uid, name, kind, first_on, assumptions, based_on_id, made_by_id, made_at ON budget_budget WHEN OLD.state <> 'draft'
BEGIN
  SELECT RAISE(ABORT, 'budget.approved: a budget stands once it was submitted; make another version');
END
-- ;;
CREATE TRIGGER guard_budget_state BEFORE UPDATE OF state, approved_by_id, approved_at ON budget_budget WHEN OLD.state = 'approved'
BEGIN
  SELECT RAISE(ABORT, 'budget.approved: an approved budget stands; make a reforecast');
END
-- ;;
CREATE TRIGGER guard_budget_delete BEFORE DELETE ON budget_budget WHEN OLD.state <> 'draft'
BEGIN
  SELECT RAISE(ABORT, 'budget.approved: a submitted budget is never deleted');
END
-- ;;
CREATE TRIGGER guard_budget_comment_update BEFORE UPDATE ON budget_comment
BEGIN
  SELECT RAISE(ABORT, 'budget.comment: what was said stays written');
END
-- ;;
CREATE TRIGGER guard_budget_comment_delete BEFORE DELETE ON budget_comment
BEGIN
  SELECT RAISE(ABORT, 'budget.comment: what was said stays written');
END
-- ;;
CREATE TRIGGER guard_budget_commitment_update BEFORE UPDATE OF id, uid, ref, account_id, site_id, department_id, "on", cents ON budget_commitment
BEGIN
  SELECT RAISE(ABORT, 'budget.commitment: what an order binds does not change; release it');
END
-- ;;
CREATE TRIGGER guard_budget_commitment_delete BEFORE DELETE ON budget_commitment
BEGIN
  SELECT RAISE(ABORT, 'budget.commitment: nothing here is deleted');
END
-- ;;
CREATE TRIGGER guard_budget_first_day BEFORE INSERT ON budget_budget WHEN substr(NEW.first_on, 9, 2) <> '01'
BEGIN
  SELECT RAISE(ABORT, 'budget.first_on: a budget begins on the first of a month');
END
-- ;;
CREATE TRIGGER guard_budget_driver_insert BEFORE INSERT ON budget_driver
WHEN EXISTS (SELECT 1 FROM budget_budget WHERE id = NEW.budget_id AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'budget.driver: what moves a budget stands once it was submitted');
END
-- ;;
CREATE TRIGGER guard_budget_driver_update BEFORE UPDATE ON budget_driver
WHEN EXISTS (SELECT 1 FROM budget_budget WHERE id = OLD.budget_id AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'budget.driver: what moves a budget stands once it was submitted');
END
-- ;;
CREATE TRIGGER guard_budget_driver_delete BEFORE DELETE ON budget_driver
WHEN EXISTS (SELECT 1 FROM budget_budget WHERE id = OLD.budget_id AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'budget.driver: what moves a budget stands once it was submitted');
END
-- ;;
CREATE TRIGGER guard_budget_season_insert BEFORE INSERT ON budget_season
WHEN EXISTS (SELECT 1 FROM budget_budget WHERE id = NEW.budget_id AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'budget.season: what moves a budget stands once it was submitted');
END
-- ;;
CREATE TRIGGER guard_budget_season_update BEFORE UPDATE ON budget_season
WHEN EXISTS (SELECT 1 FROM budget_budget WHERE id = OLD.budget_id AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'budget.season: what moves a budget stands once it was submitted');
END
-- ;;
CREATE TRIGGER guard_budget_season_delete BEFORE DELETE ON budget_season
WHEN EXISTS (SELECT 1 FROM budget_budget WHERE id = OLD.budget_id AND state <> 'draft')
BEGIN
  SELECT RAISE(ABORT, 'budget.season: what moves a budget stands once it was submitted');
END
