-- Closed periods: what happened up to a day is left as it is, whatever the door. Run once by the owner, after all tables
-- it names are there.

-- What a part lies in: part, column, whole. What is not named here lies in no period: what lasts (channels, actors,
-- mandates, sources), and work that goes on about a record (follow-ups, queries, mutes, embargoes).
CREATE FUNCTION access_private.lies_in(kind text) RETURNS TABLE (link text, whole text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.link, p.whole FROM (VALUES
        ('negotiations_participant', 'meeting_id', 'negotiations_meeting'),
        ('negotiations_agreementparty', 'agreement_id', 'negotiations_agreement'),
        ('negotiations_commitment', 'agreement_id', 'negotiations_agreement'),
        ('negotiations_commitment', 'meeting_id', 'negotiations_meeting'),
        ('exchanges_outcomechannel', 'outcome_id', 'exchanges_outcome'),
        ('exchanges_outcomemeeting', 'outcome_id', 'exchanges_outcome'),
        ('exchanges_outcomeagreement', 'outcome_id', 'exchanges_outcome'),
        ('exchanges_outcomerole', 'outcome_id', 'exchanges_outcome'),
        ('exchanges_delivery', 'outcome_id', 'exchanges_outcome'),
        ('exchanges_claim', 'outcome_id', 'exchanges_outcome'),
        ('exchanges_claim', 'commitment_id', 'negotiations_commitment'),
        ('exchanges_estimate', 'outcome_id', 'exchanges_outcome'),
        ('exchanges_estimateclaim', 'estimate_id', 'exchanges_estimate'),
        ('sources_citation', 'record_id', '@record_type_id')
    ) AS p(part, link, whole) WHERE p.part = kind
$$;

-- The conflict and the day of what a row says; of a part, those of the record it is a part of.
CREATE FUNCTION access_private.day_of(kind text, told jsonb, OUT conflict uuid, OUT day date)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    step record;
    whole_table text;
    whole_row jsonb;
BEGIN
    IF kind = 'exchanges_outcome' THEN
        conflict := told ->> 'conflict_id';
        day := told ->> 'started_on';
    ELSIF kind = 'exchanges_runningtotal' THEN
        conflict := told ->> 'conflict_id';
        day := told ->> 'as_of';
    ELSIF kind IN ('negotiations_meeting', 'negotiations_agreement') THEN
        SELECT c.conflict_id INTO conflict FROM negotiations_channel c WHERE c.id = (told ->> 'channel_id')::uuid;
        day := told ->> 'started_on';
    ELSE
        FOR step IN SELECT * FROM access_private.lies_in(kind) LOOP
            CONTINUE WHEN told ->> step.link IS NULL;
            whole_table := CASE WHEN left(step.whole, 1) = '@'
                                THEN access_private.table_of((told ->> substr(step.whole, 2))::int) ELSE step.whole END;
            EXECUTE format('SELECT to_jsonb(r) FROM %I r WHERE r.id = $1', whole_table)
                INTO whole_row USING (told ->> step.link)::uuid;
            SELECT d.conflict, d.day INTO conflict, day FROM access_private.day_of(whole_table, whole_row) d;
            EXIT WHEN day IS NOT NULL;
        END LOOP;
    END IF;
END $$;

-- The last day of the locked period that a row lies in. A draft lies in none: it counts nowhere, and what was typed into
-- it is not lost; it cannot be submitted there.
CREATE OR REPLACE FUNCTION access_private.lock_on(kind text, told jsonb) RETURNS date
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    lies record;
BEGIN
    IF told ->> 'draft_of' IS NOT NULL
       OR NOT EXISTS (SELECT 1 FROM negotiations_lockedperiod p WHERE p.withdrawn_at IS NULL) THEN
        RETURN NULL;
    END IF;
    SELECT d.conflict, d.day INTO lies FROM access_private.day_of(kind, told) d;
    RETURN (SELECT max(p.until) FROM negotiations_lockedperiod p
            WHERE p.conflict_id = lies.conflict AND p.until >= lies.day AND p.withdrawn_at IS NULL);
END $$;

-- Once for all rows of a statement. Who may see a row is decided in a locked period as well; nothing else is.
CREATE FUNCTION access_private.guard_period() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    decided constant text[] := '{label_id,draft_of,level,compartments,version,updated_at}';
    until date;
BEGIN
    IF access_private.owner_at_work() THEN
        RETURN NULL;
    END IF;
    -- Whoever locks a period gets this for themselves, or is refused: no row is written beside a lock it does not see.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('negotiations_lockedperiod', 0));
    IF NOT EXISTS (SELECT 1 FROM negotiations_lockedperiod p WHERE p.withdrawn_at IS NULL) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT max(access_private.lock_on(TG_TABLE_NAME, to_jsonb(w))) INTO until FROM written w;
    ELSE
        SELECT max(greatest(access_private.lock_on(TG_TABLE_NAME, to_jsonb(b)),
                            access_private.lock_on(TG_TABLE_NAME, to_jsonb(w)))) INTO until
        FROM before b JOIN written w ON w.id = b.id
        WHERE to_jsonb(b) - decided IS DISTINCT FROM to_jsonb(w) - decided;
    END IF;
    IF until IS NOT NULL THEN
        PERFORM access_private.refuse_locked(until);
    END IF;
    RETURN NULL;
END $$;

-- Moved to another conflict, a channel would take its meetings out of a locked period, or into one. Asked is when the
-- channel began, not whether it has meetings there: those may be hidden.
CREATE FUNCTION access_private.guard_conflict() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    until date := (SELECT max(p.until) FROM negotiations_lockedperiod p
                   WHERE p.conflict_id IN (OLD.conflict_id, NEW.conflict_id) AND p.withdrawn_at IS NULL
                     AND p.until >= coalesce(least(OLD.started_on, NEW.started_on), '-infinity'));
BEGIN
    IF until IS NOT NULL AND NOT access_private.owner_at_work() THEN
        PERFORM access_private.refuse_locked(until);
    END IF;
    RETURN NEW;
END $$;

-- Runs after the label is set. What locks a period is as secret as its conflict, never a draft, and never changed: it is
-- withdrawn, which unlocks the period.
CREATE FUNCTION access_private.guard_lock() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reader access_private.principal;
BEGIN
    IF access_private.owner_at_work() THEN
        RETURN NEW;
    END IF;
    reader := access.me();
    IF NEW.label_id IS NULL OR NEW.label_id <> ALL (reader.labels) THEN
        RETURN NEW;
    END IF;
    IF NEW.review_state = 'draft'
       OR TG_OP = 'UPDATE' AND (
           NOT access_private.columns_changed(to_jsonb(OLD), to_jsonb(NEW)) <@ '{withdrawn_at,withdrawn_reason}'
           OR OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NULL)
       OR reader.role <> 'system' AND NEW.label_id <> (SELECT c.label_id FROM negotiations_conflict c WHERE c.id = NEW.conflict_id)
          AND (TG_OP = 'INSERT' OR (NEW.level, NEW.compartments) IS DISTINCT FROM (OLD.level, OLD.compartments)) THEN
        RAISE EXCEPTION 'a locked period is unlocked, never changed' USING ERRCODE = '42501';
    END IF;
    IF TG_OP = 'INSERT' AND NOT pg_try_advisory_xact_lock(hashtextextended('negotiations_lockedperiod', 0)) THEN
        RAISE EXCEPTION 'somebody is writing at this moment' USING ERRCODE = '55P03';
    END IF;
    RETURN NEW;
END $$;

-- The lock that holds a record the reader may see, if any: the one that reaches furthest.
CREATE FUNCTION records.lock_of(kind text, asked uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reader access_private.principal := access.me();
    told jsonb;
    lies record;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM negotiations_lockedperiod p WHERE p.withdrawn_at IS NULL)
       OR NOT EXISTS (SELECT 1 FROM access_private.merge_rule r WHERE r.record_table = kind) THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT to_jsonb(r) FROM %I r WHERE r.id = $1 AND r.label_id = ANY ($2) '
                   'AND (r.draft_of IS NULL OR r.draft_of = $3 OR $4)', kind)
        INTO told USING asked, reader.labels, reader.user_id, 'review' = ANY (reader.permissions);
    IF told ->> 'draft_of' IS NOT NULL THEN
        RETURN NULL;
    END IF;
    SELECT d.conflict, d.day INTO lies FROM access_private.day_of(kind, told) d;
    RETURN (SELECT p.id FROM negotiations_lockedperiod p
            WHERE p.conflict_id = lies.conflict AND p.until >= lies.day AND p.withdrawn_at IS NULL
            ORDER BY p.until DESC, p.recorded_at, p.id LIMIT 1);
END $$;

DO $$
DECLARE
    closed text;
BEGIN
    FOREACH closed IN ARRAY '{negotiations_meeting,negotiations_participant,negotiations_agreement,
                              negotiations_agreementparty,negotiations_commitment,exchanges_outcome,
                              exchanges_outcomechannel,exchanges_outcomemeeting,exchanges_outcomeagreement,
                              exchanges_outcomerole,exchanges_delivery,exchanges_claim,exchanges_estimate,
                              exchanges_estimateclaim,exchanges_runningtotal,sources_citation}'::text[] LOOP
        EXECUTE format('CREATE TRIGGER v_guard_period AFTER INSERT ON %I REFERENCING NEW TABLE AS written '
                       'FOR EACH STATEMENT EXECUTE FUNCTION access_private.guard_period()', closed);
        EXECUTE format('CREATE TRIGGER v_guard_period_anew AFTER UPDATE ON %I REFERENCING OLD TABLE AS before '
                       'NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION access_private.guard_period()', closed);
    END LOOP;
END $$;
CREATE TRIGGER v_guard_conflict BEFORE UPDATE ON negotiations_channel FOR EACH ROW
    WHEN (OLD.conflict_id IS DISTINCT FROM NEW.conflict_id) EXECUTE FUNCTION access_private.guard_conflict();
CREATE TRIGGER d_guard_lock BEFORE INSERT OR UPDATE ON negotiations_lockedperiod FOR EACH ROW
    EXECUTE FUNCTION access_private.guard_lock();

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA records, access_private FROM PUBLIC;
