-- The inbox is for those who may write: what nobody has accepted is nobody else's to read, however it is marked.

CREATE POLICY for_writers ON intake_candidate AS RESTRICTIVE FOR SELECT USING (
    (SELECT access.may('write')));
CREATE POLICY candidates ON records_historyentry AS RESTRICTIVE FOR SELECT USING (
    record_table <> 'intake_candidate' OR (SELECT access.may('write')));

-- Who decides is who decided; what was decided about says the same until that is taken back.
CREATE FUNCTION access_private.guard_candidate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    decision constant text[] := '{state,decided_by_id,decided_at,refused_reason,label_id,draft_of,version,updated_at}';
BEGIN
    IF access_private.owner_at_work() OR access.my_role() = 'system' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'waiting' THEN
            RAISE EXCEPTION 'a candidate waits before it is decided about' USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state THEN
        IF (OLD.state = 'waiting') = (NEW.state = 'waiting')
           OR to_jsonb(NEW) - decision <> to_jsonb(OLD) - decision THEN
            RAISE EXCEPTION 'a candidate is decided about once, as it stands' USING ERRCODE = '42501';
        ELSIF NEW.state = 'waiting' AND OLD.decided_by_id IS DISTINCT FROM access.my_user()
              AND NOT access.may('review') THEN
            RAISE EXCEPTION 'a decision is taken back by whoever took it, or by a reviewer' USING ERRCODE = '42501';
        END IF;
        NEW.decided_by_id := CASE WHEN NEW.state <> 'waiting' THEN access.my_user() END;
        NEW.decided_at := CASE WHEN NEW.state <> 'waiting' THEN statement_timestamp() END;
    ELSIF OLD.state <> 'waiting' AND (NEW.data, NEW.proposes, NEW.conflict_id, NEW.decided_by_id, NEW.decided_at,
                                      NEW.refused_reason)
          IS DISTINCT FROM (OLD.data, OLD.proposes, OLD.conflict_id, OLD.decided_by_id, OLD.decided_at,
                            OLD.refused_reason) THEN
        RAISE EXCEPTION 'a candidate that was decided about is not changed' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER c_guard_candidate BEFORE INSERT OR UPDATE ON intake_candidate
    FOR EACH ROW EXECUTE FUNCTION access_private.guard_candidate();

-- What a candidate became is seen by who sees both ends; a record is seen by who sees something of its history.
ALTER TABLE intake_candidaterecord ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON intake_candidaterecord FOR SELECT USING (
    candidate_id IN (SELECT c.id FROM intake_candidate c)
    AND EXISTS (SELECT 1 FROM records_historyentry h WHERE h.record_id = intake_candidaterecord.record_id));
CREATE POLICY add ON intake_candidaterecord FOR INSERT WITH CHECK (
    (SELECT access.may_write('intake_candidate', 'write')) AND candidate_id IN (SELECT c.id FROM intake_candidate c));
CREATE POLICY change ON intake_candidaterecord FOR UPDATE USING (
    (SELECT access.may_write('intake_candidate', 'write')) AND candidate_id IN (SELECT c.id FROM intake_candidate c));

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA access_private FROM PUBLIC;
