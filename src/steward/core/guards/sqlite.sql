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
-- ;;
-- Approvals: decisions, drawings and marks only grow; requests keep what was asked.
CREATE TRIGGER guard_core_approvaldecision_no_update BEFORE UPDATE ON core_approvaldecision
BEGIN SELECT RAISE(ABORT, 'decisions and drawings are never changed'); END;
-- ;;
CREATE TRIGGER guard_core_standingdraw_no_update BEFORE UPDATE ON core_standingdraw
BEGIN SELECT RAISE(ABORT, 'decisions and drawings are never changed'); END;
-- ;;
CREATE TRIGGER guard_core_approvaldecision_no_delete BEFORE DELETE ON core_approvaldecision
BEGIN SELECT RAISE(ABORT, 'nothing about approvals is ever deleted'); END;
-- ;;
CREATE TRIGGER guard_core_standingdraw_no_delete BEFORE DELETE ON core_standingdraw
BEGIN SELECT RAISE(ABORT, 'nothing about approvals is ever deleted'); END;
-- ;;
CREATE TRIGGER guard_core_approvalrequest_no_delete BEFORE DELETE ON core_approvalrequest
BEGIN SELECT RAISE(ABORT, 'nothing about approvals is ever deleted'); END;
-- ;;
CREATE TRIGGER guard_core_ownerreview_no_delete BEFORE DELETE ON core_ownerreview
BEGIN SELECT RAISE(ABORT, 'nothing about approvals is ever deleted'); END;
-- ;;
CREATE TRIGGER guard_core_delegation_no_delete BEFORE DELETE ON core_delegation
BEGIN SELECT RAISE(ABORT, 'nothing about approvals is ever deleted'); END;
-- ;;
CREATE TRIGGER guard_core_standingapproval_no_delete BEFORE DELETE ON core_standingapproval
BEGIN SELECT RAISE(ABORT, 'nothing about approvals is ever deleted'); END;
-- ;;
CREATE TRIGGER guard_core_approvalrequest_stays BEFORE UPDATE ON core_approvalrequest
WHEN OLD.outcome <> ''
  OR NEW."id" IS NOT OLD."id"
  OR NEW."uid" IS NOT OLD."uid"
  OR NEW."kind" IS NOT OLD."kind"
  OR NEW."object_type" IS NOT OLD."object_type"
  OR NEW."object_uid" IS NOT OLD."object_uid"
  OR NEW."subject" IS NOT OLD."subject"
  OR NEW."fingerprint" IS NOT OLD."fingerprint"
  OR NEW."amount_cents" IS NOT OLD."amount_cents"
  OR NEW."requester_id" IS NOT OLD."requester_id"
  OR NEW."asked_at" IS NOT OLD."asked_at"
BEGIN SELECT RAISE(ABORT, 'what was asked stays as it was asked, and an outcome stays'); END;
-- ;;
CREATE TRIGGER guard_core_ownerreview_stays BEFORE UPDATE ON core_ownerreview
WHEN OLD.reviewed_at IS NOT NULL
  OR NEW."id" IS NOT OLD."id"
  OR NEW."uid" IS NOT OLD."uid"
  OR NEW."first_duty" IS NOT OLD."first_duty"
  OR NEW."second_duty" IS NOT OLD."second_duty"
  OR NEW."object_type" IS NOT OLD."object_type"
  OR NEW."object_uid" IS NOT OLD."object_uid"
  OR NEW."person_id" IS NOT OLD."person_id"
  OR NEW."on" IS NOT OLD."on"
  OR NEW."at" IS NOT OLD."at"
BEGIN SELECT RAISE(ABORT, 'a mark for the owner is only ever reviewed, once'); END;
-- ;;
CREATE TRIGGER guard_core_delegation_stays BEFORE UPDATE ON core_delegation
WHEN OLD.ended_at IS NOT NULL
  OR NEW."id" IS NOT OLD."id"
  OR NEW."uid" IS NOT OLD."uid"
  OR NEW."giver_id" IS NOT OLD."giver_id"
  OR NEW."taker_id" IS NOT OLD."taker_id"
  OR NEW."kinds" IS NOT OLD."kinds"
  OR NEW."ceiling_cents" IS NOT OLD."ceiling_cents"
  OR NEW."starts_at" IS NOT OLD."starts_at"
  OR NEW."ends_at" IS NOT OLD."ends_at"
  OR NEW."reason" IS NOT OLD."reason"
BEGIN SELECT RAISE(ABORT, 'a delegation is only ever ended, once'); END;
-- ;;
CREATE TRIGGER guard_core_standingapproval_stays BEFORE UPDATE ON core_standingapproval
WHEN OLD.ended_on IS NOT NULL OR (OLD.request_id IS NOT NULL AND NEW.request_id IS NOT OLD.request_id)
  OR NEW."id" IS NOT OLD."id"
  OR NEW."uid" IS NOT OLD."uid"
  OR NEW."kind" IS NOT OLD."kind"
  OR NEW."holder_id" IS NOT OLD."holder_id"
  OR NEW."where" IS NOT OLD."where"
  OR NEW."per_order_cents" IS NOT OLD."per_order_cents"
  OR NEW."period_cents" IS NOT OLD."period_cents"
  OR NEW."monthly" IS NOT OLD."monthly"
  OR NEW."window_days" IS NOT OLD."window_days"
  OR NEW."starts_on" IS NOT OLD."starts_on"
  OR NEW."ends_on" IS NOT OLD."ends_on"
BEGIN SELECT RAISE(ABORT, 'a standing approval is only ever ended, once'); END;
-- ;;
CREATE TRIGGER guard_core_approvaldecision_requester BEFORE INSERT ON core_approvaldecision
WHEN NOT EXISTS (SELECT 1 FROM core_approvalrequest r
  WHERE r.id = NEW.request_id AND r.requester_id IS NEW.requester_id AND r.outcome = '')
BEGIN SELECT RAISE(ABORT, 'a decision names its requester and answers what still waits'); END;
