-- The audit log only grows, and the head only moves forward.
CREATE OR REPLACE FUNCTION guard_core_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN RAISE EXCEPTION '% are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$;
-- ;;
CREATE OR REPLACE FUNCTION guard_core_audit_append() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM core_auditrow WHERE seq >= NEW.seq)
     OR (NEW.seq > 1 AND NOT EXISTS (SELECT 1 FROM core_auditrow WHERE seq = NEW.seq - 1 AND hash = NEW.prev_hash)) THEN
    RAISE EXCEPTION 'audit rows are appended in order' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- ;;
CREATE OR REPLACE FUNCTION guard_core_audithead_forward() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.seq <= OLD.seq
     OR NOT EXISTS (SELECT 1 FROM core_auditrow WHERE seq = NEW.seq AND hash = NEW.hash) THEN
    RAISE EXCEPTION 'the audit head only moves forward' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- ;;
CREATE TRIGGER guard_core_audit_no_change BEFORE UPDATE OR DELETE ON core_auditrow FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_audit_no_truncate BEFORE TRUNCATE ON core_auditrow FOR EACH STATEMENT EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_audit_append BEFORE INSERT ON core_auditrow FOR EACH ROW EXECUTE FUNCTION guard_core_audit_append();
-- ;;
CREATE TRIGGER guard_core_audithead_forward BEFORE UPDATE ON core_audithead FOR EACH ROW EXECUTE FUNCTION guard_core_audithead_forward();
-- ;;
CREATE TRIGGER guard_core_audithead_no_delete BEFORE DELETE ON core_audithead FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_audithead_no_truncate BEFORE TRUNCATE ON core_audithead FOR EACH STATEMENT EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_signedhead_no_change BEFORE UPDATE OR DELETE ON core_signedhead FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_signedhead_no_truncate BEFORE TRUNCATE ON core_signedhead FOR EACH STATEMENT EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_dutydone_no_change BEFORE UPDATE OR DELETE ON core_dutydone FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_dutydone_no_truncate BEFORE TRUNCATE ON core_dutydone FOR EACH STATEMENT EXECUTE FUNCTION guard_core_refuse();
-- ;;
-- A gapless series only goes up: a counter that fell would give out a number twice.
CREATE OR REPLACE FUNCTION guard_core_counter_never_falls() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.series <> OLD.series OR NEW.value < OLD.value THEN
    RAISE EXCEPTION 'a number series never falls' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- ;;
CREATE OR REPLACE FUNCTION guard_core_counter_begins_at_zero() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.value <> 0 THEN
    RAISE EXCEPTION 'a number series begins once, at 0' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- ;;
CREATE TRIGGER guard_core_counter_never_falls BEFORE UPDATE ON core_counter FOR EACH ROW EXECUTE FUNCTION guard_core_counter_never_falls();
-- ;;
CREATE TRIGGER guard_core_counter_begins_at_zero BEFORE INSERT ON core_counter FOR EACH ROW EXECUTE FUNCTION guard_core_counter_begins_at_zero();
-- ;;
CREATE TRIGGER guard_core_counter_no_delete BEFORE DELETE ON core_counter FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_counter_no_truncate BEFORE TRUNCATE ON core_counter FOR EACH STATEMENT EXECUTE FUNCTION guard_core_refuse();
