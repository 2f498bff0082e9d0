-- The audit log only grows, and the head only moves forward.
CREATE TRIGGER guard_core_audit_no_update BEFORE UPDATE ON core_auditrow
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
-- ;;
CREATE TRIGGER guard_core_audit_no_delete BEFORE DELETE ON core_auditrow
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
-- ;;
CREATE TRIGGER guard_core_audit_append BEFORE INSERT ON core_auditrow
WHEN EXISTS (SELECT 1 FROM core_auditrow WHERE seq >= NEW.seq)
  OR (NEW.seq > 1 AND NOT EXISTS (SELECT 1 FROM core_auditrow WHERE seq = NEW.seq - 1 AND hash = NEW.prev_hash))
BEGIN SELECT RAISE(ABORT, 'audit rows are appended in order'); END;
-- ;;
CREATE TRIGGER guard_core_audithead_forward BEFORE UPDATE ON core_audithead
WHEN NEW.id <> OLD.id OR NEW.seq <= OLD.seq
  OR NOT EXISTS (SELECT 1 FROM core_auditrow WHERE seq = NEW.seq AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'the audit head only moves forward'); END;
-- ;;
CREATE TRIGGER guard_core_audithead_no_delete BEFORE DELETE ON core_audithead
BEGIN SELECT RAISE(ABORT, 'the audit head stays'); END;
-- ;;
CREATE TRIGGER guard_core_signedhead_no_update BEFORE UPDATE ON core_signedhead
BEGIN SELECT RAISE(ABORT, 'signed heads are never changed'); END;
-- ;;
CREATE TRIGGER guard_core_signedhead_no_delete BEFORE DELETE ON core_signedhead
BEGIN SELECT RAISE(ABORT, 'signed heads are never deleted'); END;
-- ;;
CREATE TRIGGER guard_core_dutydone_no_update BEFORE UPDATE ON core_dutydone
BEGIN SELECT RAISE(ABORT, 'duties done are never changed'); END;
-- ;;
CREATE TRIGGER guard_core_dutydone_no_delete BEFORE DELETE ON core_dutydone
BEGIN SELECT RAISE(ABORT, 'duties done are never deleted'); END;
-- ;;
-- A gapless series only goes up: a counter that fell would give out a number twice.
CREATE TRIGGER guard_core_counter_never_falls BEFORE UPDATE ON core_counter
WHEN NEW.series <> OLD.series OR NEW.value < OLD.value OR typeof(NEW.value) <> 'integer'
BEGIN SELECT RAISE(ABORT, 'a number series never falls'); END;
-- ;;
CREATE TRIGGER guard_core_counter_no_delete BEFORE DELETE ON core_counter
BEGIN SELECT RAISE(ABORT, 'a number series is never deleted'); END;
-- ;;
CREATE TRIGGER guard_core_counter_no_replace BEFORE INSERT ON core_counter
WHEN NEW.value <> 0 OR EXISTS (SELECT 1 FROM core_counter WHERE series = NEW.series)
BEGIN SELECT RAISE(ABORT, 'a number series begins once, at 0'); END;
