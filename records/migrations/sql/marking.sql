-- Embargoes and public summaries: what a policy cannot say. Run once by the owner, before the tables are protected.

-- Runs before the label is set. An embargo's own marking is the one its record will get: with the record's label joined
-- to it, nobody learns from it of a marking that they will not stand under.
CREATE FUNCTION access_private.guard_embargo() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    new_row jsonb := to_jsonb(NEW);
    old_row jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END;
    changed text[];
    reader access_private.principal;
    record_table text;
BEGIN
    NEW.level := NEW.to_level;
    NEW.compartments := NEW.to_compartments;
    IF access_private.owner_at_work() THEN
        RETURN NEW;
    END IF;
    reader := access.me();
    IF reader.role = 'system' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.agreed_at IS NOT NULL OR NEW.agreed_by_id IS NOT NULL OR NEW.applied_at IS NOT NULL
           OR NEW.lapsed_at IS NOT NULL OR NEW.at <= statement_timestamp() THEN
            RAISE EXCEPTION 'an embargo begins as a proposal for a time to come' USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    changed := ARRAY(SELECT key FROM jsonb_object_keys(new_row) AS key
                     WHERE new_row -> key IS DISTINCT FROM old_row -> key
                       AND key <> ALL ('{label_id,draft_of,version,updated_at,level,compartments}'::text[]));
    IF changed <@ '{external_id,review_state}'::text[] THEN
        RETURN NEW;
    END IF;
    IF changed <@ '{agreed_by_id,agreed_at,agreed_version}'::text[] AND OLD.agreed_at IS NULL
       AND OLD.withdrawn_at IS NULL AND OLD.at > statement_timestamp() AND 'lower' = ANY (reader.permissions)
       AND NEW.agreed_by_id = reader.user_id AND OLD.author_id IS DISTINCT FROM reader.user_id THEN
        SELECT app_label || '_' || model INTO record_table FROM django_content_type WHERE id = OLD.record_type_id;
        NEW.agreed_at := statement_timestamp();
        -- The version that was agreed to be shown: what is written into the record later was not.
        EXECUTE format('SELECT version FROM %I WHERE id = $1 FOR SHARE', record_table)
            INTO NEW.agreed_version USING OLD.record_id;
        RETURN NEW;
    END IF;
    IF changed <@ '{withdrawn_at,withdrawn_reason}'::text[] AND OLD.applied_at IS NULL
       AND (OLD.author_id = reader.user_id OR 'lower' = ANY (reader.permissions)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an embargo is agreed to by another reviewer or cancelled, never changed' USING ERRCODE = '42501';
END $$;

-- A public summary leaves the draft by a reviewer's act, and only a reviewer changes the words of one that has.
CREATE FUNCTION access_private.guard_summary() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF access_private.owner_at_work() OR NEW.review_state = 'draft' OR access.may('lower') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' OR OLD.review_state = 'draft'
       OR (NEW.title, NEW.text, NEW.dated_on) IS DISTINCT FROM (OLD.title, OLD.text, OLD.dated_on) THEN
        RAISE EXCEPTION 'a public summary is released by a reviewer' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- What stood in a summary before its release, who wrote it and when, stays with its author and reviewers.
CREATE POLICY summaries ON records_historyentry AS RESTRICTIVE FOR SELECT USING (
    record_table <> 'records_publicsummary' OR (SELECT access.may('review'))
    OR after ->> 'author_id' = (SELECT access.my_user())::text);

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA access_private FROM PUBLIC;
