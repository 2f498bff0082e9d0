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
-- ;;
-- Approvals: decisions, drawings and marks only grow; requests keep what was asked.
CREATE TRIGGER guard_core_approvaldecision_no_update BEFORE UPDATE ON core_approvaldecision FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_standingdraw_no_update BEFORE UPDATE ON core_standingdraw FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_approvaldecision_no_delete BEFORE DELETE ON core_approvaldecision FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_approvaldecision_no_truncate BEFORE TRUNCATE ON core_approvaldecision FOR EACH STATEMENT EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_standingdraw_no_delete BEFORE DELETE ON core_standingdraw FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_standingdraw_no_truncate BEFORE TRUNCATE ON core_standingdraw FOR EACH STATEMENT EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_approvalrequest_no_delete BEFORE DELETE ON core_approvalrequest FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_approvalrequest_no_truncate BEFORE TRUNCATE ON core_approvalrequest FOR EACH STATEMENT EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_ownerreview_no_delete BEFORE DELETE ON core_ownerreview FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_ownerreview_no_truncate BEFORE TRUNCATE ON core_ownerreview FOR EACH STATEMENT EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_delegation_no_delete BEFORE DELETE ON core_delegation FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_delegation_no_truncate BEFORE TRUNCATE ON core_delegation FOR EACH STATEMENT EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_standingapproval_no_delete BEFORE DELETE ON core_standingapproval FOR EACH ROW EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE TRIGGER guard_core_standingapproval_no_truncate BEFORE TRUNCATE ON core_standingapproval FOR EACH STATEMENT EXECUTE FUNCTION guard_core_refuse();
-- ;;
CREATE OR REPLACE FUNCTION guard_core_approvalrequest_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.outcome <> ''
     OR NEW."id" IS DISTINCT FROM OLD."id"
     OR NEW."uid" IS DISTINCT FROM OLD."uid"
     OR NEW."kind" IS DISTINCT FROM OLD."kind"
     OR NEW."object_type" IS DISTINCT FROM OLD."object_type"
     OR NEW."object_uid" IS DISTINCT FROM OLD."object_uid"
     OR NEW."subject" IS DISTINCT FROM OLD."subject"
     OR NEW."fingerprint" IS DISTINCT FROM OLD."fingerprint"
     OR NEW."amount_cents" IS DISTINCT FROM OLD."amount_cents"
     OR NEW."requester_id" IS DISTINCT FROM OLD."requester_id"
     OR NEW."asked_at" IS DISTINCT FROM OLD."asked_at" THEN
    RAISE EXCEPTION 'what was asked stays as it was asked, and an outcome stays' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- ;;
CREATE TRIGGER guard_core_approvalrequest_stays BEFORE UPDATE ON core_approvalrequest FOR EACH ROW EXECUTE FUNCTION guard_core_approvalrequest_stays();
-- ;;
CREATE OR REPLACE FUNCTION guard_core_ownerreview_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.reviewed_at IS NOT NULL
     OR NEW."id" IS DISTINCT FROM OLD."id"
     OR NEW."uid" IS DISTINCT FROM OLD."uid"
     OR NEW."first_duty" IS DISTINCT FROM OLD."first_duty"
     OR NEW."second_duty" IS DISTINCT FROM OLD."second_duty"
     OR NEW."object_type" IS DISTINCT FROM OLD."object_type"
     OR NEW."object_uid" IS DISTINCT FROM OLD."object_uid"
     OR NEW."person_id" IS DISTINCT FROM OLD."person_id"
     OR NEW."on" IS DISTINCT FROM OLD."on"
     OR NEW."at" IS DISTINCT FROM OLD."at" THEN
    RAISE EXCEPTION 'a mark for the owner is only ever reviewed, once' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- ;;
CREATE TRIGGER guard_core_ownerreview_stays BEFORE UPDATE ON core_ownerreview FOR EACH ROW EXECUTE FUNCTION guard_core_ownerreview_stays();
-- ;;
CREATE OR REPLACE FUNCTION guard_core_delegation_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
     OR NEW."id" IS DISTINCT FROM OLD."id"
     OR NEW."uid" IS DISTINCT FROM OLD."uid"
     OR NEW."giver_id" IS DISTINCT FROM OLD."giver_id"
     OR NEW."taker_id" IS DISTINCT FROM OLD."taker_id"
     OR NEW."kinds" IS DISTINCT FROM OLD."kinds"
     OR NEW."ceiling_cents" IS DISTINCT FROM OLD."ceiling_cents"
     OR NEW."starts_at" IS DISTINCT FROM OLD."starts_at"
     OR NEW."ends_at" IS DISTINCT FROM OLD."ends_at"
     OR NEW."reason" IS DISTINCT FROM OLD."reason" THEN
    RAISE EXCEPTION 'a delegation is only ever ended, once' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- ;;
CREATE TRIGGER guard_core_delegation_stays BEFORE UPDATE ON core_delegation FOR EACH ROW EXECUTE FUNCTION guard_core_delegation_stays();
-- ;;
CREATE OR REPLACE FUNCTION guard_core_standingapproval_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.ended_on IS NOT NULL OR (OLD.request_id IS NOT NULL AND NEW.request_id IS DISTINCT FROM OLD.request_id)
     OR NEW."id" IS DISTINCT FROM OLD."id"
     OR NEW."uid" IS DISTINCT FROM OLD."uid"
     OR NEW."kind" IS DISTINCT FROM OLD."kind"
     OR NEW."holder_id" IS DISTINCT FROM OLD."holder_id"
     OR NEW."where" IS DISTINCT FROM OLD."where"
     OR NEW."per_order_cents" IS DISTINCT FROM OLD."per_order_cents"
     OR NEW."period_cents" IS DISTINCT FROM OLD."period_cents"
     OR NEW."monthly" IS DISTINCT FROM OLD."monthly"
     OR NEW."window_days" IS DISTINCT FROM OLD."window_days"
     OR NEW."starts_on" IS DISTINCT FROM OLD."starts_on"
     OR NEW."ends_on" IS DISTINCT FROM OLD."ends_on" THEN
    RAISE EXCEPTION 'a standing approval is only ever ended, once' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- ;;
CREATE TRIGGER guard_core_standingapproval_stays BEFORE UPDATE ON core_standingapproval FOR EACH ROW EXECUTE FUNCTION guard_core_standingapproval_stays();
-- ;;
CREATE OR REPLACE FUNCTION guard_core_approvaldecision_requester() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM core_approvalrequest r
    WHERE r.id = NEW.request_id AND r.requester_id IS NOT DISTINCT FROM NEW.requester_id AND r.outcome = '' FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a decision names its requester and answers what still waits' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
-- ;;
CREATE TRIGGER guard_core_approvaldecision_requester BEFORE INSERT ON core_approvaldecision FOR EACH ROW EXECUTE FUNCTION guard_core_approvaldecision_requester();
