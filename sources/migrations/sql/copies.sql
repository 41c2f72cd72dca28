-- Copies of sources: made once, by the worker in the name of whoever asked, and never rewritten.

CREATE FUNCTION access_private.guard_copy() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    -- A merge of two sources, which is a trigger itself, moves the copies of the one that goes away.
    kept constant text[] := CASE WHEN pg_trigger_depth() > 1 THEN '{external_id,source_id}' ELSE '{external_id}' END;
    reader access_private.principal;
BEGIN
    IF access_private.owner_at_work()
       OR access_private.content(to_jsonb(NEW)) - kept = access_private.content(to_jsonb(OLD)) - kept THEN
        RETURN NEW;
    END IF;
    reader := access.me();
    -- A row above the reader is the policy's to refuse.
    IF reader.role <> 'system' AND (NEW.label_id IS NULL OR NEW.label_id <> ALL (reader.labels)) THEN
        RETURN NEW;
    END IF;
    IF OLD.state <> 'waiting' THEN
        RAISE EXCEPTION 'a copy that was made never changes' USING ERRCODE = '42501';
    END IF;
    IF OLD.file <> '' AND (NEW.file, NEW.file_name, NEW.media_type, NEW.size, NEW.sha256)
                          IS DISTINCT FROM (OLD.file, OLD.file_name, OLD.media_type, OLD.size, OLD.sha256) THEN
        RAISE EXCEPTION 'a file that was received never changes' USING ERRCODE = '42501';
    END IF;
    IF (NEW.source_id, NEW.origin, NEW.asked_address, NEW.is_agreed)
       IS DISTINCT FROM (OLD.source_id, OLD.origin, OLD.asked_address, OLD.is_agreed)
       OR (reader.role <> 'system' AND OLD.author_id IS DISTINCT FROM reader.user_id) THEN
        RAISE EXCEPTION 'a copy is made by whoever asked for it, and of what they asked' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- The run is as secret as its copy, whatever becomes of that; and nobody asks in another's name.
CREATE FUNCTION access_private.guard_archiving() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (TG_OP = 'INSERT' OR NEW.principal <> OLD.principal) AND NOT access_private.owner_at_work()
       AND access.my_role() <> 'system' AND NEW.principal <> access.my_name() THEN
        RAISE EXCEPTION 'a copy is asked for in one''s own name' USING ERRCODE = '42501';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.owner_id, NEW.copy_id) IS DISTINCT FROM (OLD.owner_id, OLD.copy_id) THEN
        RAISE EXCEPTION 'what is archived for whom never changes' USING ERRCODE = '42501';
    END IF;
    SELECT label_id INTO NEW.label_id FROM sources_archivedcopy WHERE id = NEW.copy_id;
    RETURN NEW;
END $$;

-- A run follows its copy where that is marked anew.
CREATE FUNCTION access_private.pass_label_to_archiving() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE sources_archiverun SET label_id = NEW.label_id WHERE copy_id = NEW.id;
    RETURN NULL;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA access_private FROM PUBLIC;

CREATE TRIGGER d_guard_copy BEFORE UPDATE ON sources_archivedcopy
    FOR EACH ROW EXECUTE FUNCTION access_private.guard_copy();
CREATE TRIGGER y_pass_label_to_archiving AFTER UPDATE ON sources_archivedcopy
    FOR EACH ROW WHEN (OLD.label_id IS DISTINCT FROM NEW.label_id)
    EXECUTE FUNCTION access_private.pass_label_to_archiving();
CREATE TRIGGER a_guard BEFORE INSERT OR UPDATE ON sources_archiverun
    FOR EACH ROW EXECUTE FUNCTION access_private.guard_archiving();

ALTER TABLE sources_archiverun ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sources_archiverun USING (
    (SELECT access.my_role()) = 'system'
    OR (owner_id = (SELECT access.my_user()) AND label_id IN (SELECT mine FROM unnest(access.my_labels()) mine)))
    WITH CHECK (
    (SELECT access.my_role()) = 'system'
    OR (owner_id = (SELECT access.my_user()) AND (SELECT access.may('write'))
        AND label_id IN (SELECT mine FROM unnest(access.my_own_labels()) mine)));
