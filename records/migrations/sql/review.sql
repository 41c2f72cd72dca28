-- Reviewing: who may take which part in it, as far as no policy can say it. Run once by the owner, before the tables of
-- queries, checks and assignments are protected.

-- Whether a person entered the record, or wrote any version of it since it was last verified: they do not verify it.
-- Who only returned it, marked it anew, withdrew or restored it wrote nothing.
CREATE FUNCTION access_private.has_written(asked uuid, author uuid, person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(author = person, false) OR EXISTS (
        SELECT 1 FROM records_historyentry e
        WHERE e.record_id = asked AND e.user_id = person
          AND access_private.content(e.before) IS DISTINCT FROM access_private.content(e.after)
          AND e.id > coalesce((SELECT max(v.id) FROM records_historyentry v
                               WHERE v.record_id = asked AND v.after ->> 'review_state' = 'verified'
                                 AND v.before ->> 'review_state' <> 'verified'), 0))
$$;

-- Of these records the ones that the reader wrote in that sense, of those the reader may see.
CREATE FUNCTION records.written_by_me(asked uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT e.record_id FROM records_historyentry e
    WHERE e.record_id = ANY (asked) AND e.record_label_id = ANY (access.my_labels())
      AND access_private.has_written(e.record_id, NULL, access.my_user())
$$;

-- The people who may see what is under this label or in this draft, if the reader may: only they can be asked to look.
CREATE FUNCTION records.who_may_see(asked_label int, asked_draft uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.user_id FROM access_private.principal p
    WHERE p.name LIKE 'user:%' AND 'read' = ANY (p.permissions) AND asked_label = ANY (p.labels)
      AND (asked_draft IS NULL OR asked_draft = p.user_id OR 'review' = ANY (p.permissions))
      AND asked_label = ANY (access.my_labels())
      AND (asked_draft IS NULL OR asked_draft = access.my_user() OR access.may('review'))
$$;

-- The names of the columns in which two rows differ, without what the database keeps itself, what says who may see the
-- row, and the identifier elsewhere.
CREATE FUNCTION access_private.columns_changed(old_row jsonb, new_row jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(key), '{}') FROM jsonb_each(new_row)
    WHERE value IS DISTINCT FROM old_row -> key
      AND key <> ALL ('{label_id,draft_of,version,updated_at,level,compartments,external_id,review_state}'::text[])
$$;

-- The record that a row is about: its author and its version.
CREATE FUNCTION access_private.record_about(kind int, asked uuid, OUT author_id uuid, OUT version int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    record_table text;
BEGIN
    SELECT app_label || '_' || model INTO record_table FROM django_content_type WHERE id = kind;
    EXECUTE format('SELECT r.author_id, r.version FROM %I r WHERE r.id = $1', record_table)
        INTO author_id, version USING asked;
END $$;

-- These three run after the label is set. A row above the reader is the policy's to refuse.

CREATE FUNCTION access_private.guard_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reader access_private.principal;
    about record;
    changed text[];
BEGIN
    IF access_private.owner_at_work() THEN
        RETURN NEW;
    END IF;
    reader := access.me();
    IF NEW.label_id IS NULL OR NEW.label_id <> ALL (reader.labels) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO about FROM access_private.record_about(NEW.record_type_id, NEW.record_id);
        -- What was looked at is the record as it is now.
        NEW.checked_version := about.version;
        IF reader.role <> 'system' AND access_private.has_written(NEW.record_id, about.author_id, reader.user_id) THEN
            RAISE EXCEPTION 'whoever wrote a record does not check it' USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    changed := access_private.columns_changed(to_jsonb(OLD), to_jsonb(NEW));
    IF reader.role = 'system' OR changed = '{}'
       OR (changed <@ '{withdrawn_at,withdrawn_reason}'::text[] AND OLD.author_id = reader.user_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a check is taken back by whoever made it, never changed' USING ERRCODE = '42501';
END $$;

CREATE FUNCTION access_private.guard_query() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reader access_private.principal;
    changed text[];
BEGIN
    IF access_private.owner_at_work() THEN
        RETURN NEW;
    END IF;
    reader := access.me();
    IF reader.role = 'system' OR NEW.label_id IS NULL OR NEW.label_id <> ALL (reader.labels) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.answer <> '' OR NEW.answered_at IS NOT NULL OR NEW.answered_by_id IS NOT NULL
           OR NEW.settled_at IS NOT NULL THEN
            RAISE EXCEPTION 'a query begins without an answer' USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    changed := access_private.columns_changed(to_jsonb(OLD), to_jsonb(NEW));
    IF changed = '{}' THEN
        RETURN NEW;
    END IF;
    IF changed <@ '{answer,answered_by_id,answered_at}'::text[] AND OLD.answered_at IS NULL AND OLD.withdrawn_at IS NULL
       AND NEW.answered_by_id = reader.user_id AND OLD.author_id IS DISTINCT FROM reader.user_id THEN
        NEW.answered_at := statement_timestamp();
        RETURN NEW;
    END IF;
    IF changed = '{settled_at}'::text[] AND OLD.settled_at IS NULL AND OLD.answered_at IS NOT NULL
       AND 'review' = ANY (reader.permissions) THEN
        NEW.settled_at := statement_timestamp();
        RETURN NEW;
    END IF;
    IF changed <@ '{withdrawn_at,withdrawn_reason}'::text[] AND OLD.author_id = reader.user_id THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a query is answered by another person or taken back, never changed' USING ERRCODE = '42501';
END $$;

CREATE FUNCTION access_private.guard_assignment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reader access_private.principal;
    changed text[];
BEGIN
    IF access_private.owner_at_work() THEN
        RETURN NEW;
    END IF;
    reader := access.me();
    IF reader.role = 'system' OR NEW.label_id IS NULL OR NEW.label_id <> ALL (reader.labels) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- One who may not see the record is refused like one who does not exist.
        IF NEW.done_at IS NOT NULL OR NOT coalesce(NEW.to_id = ANY (ARRAY(
               SELECT records.who_may_see(NEW.label_id, NEW.draft_of))), false) THEN
            RAISE EXCEPTION 'there is nobody of this name to ask' USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    changed := access_private.columns_changed(to_jsonb(OLD), to_jsonb(NEW));
    IF changed = '{}'
       OR (changed = '{done_at}'::text[] AND (OLD.to_id = reader.user_id OR 'review' = ANY (reader.permissions)))
       OR (changed <@ '{withdrawn_at,withdrawn_reason}'::text[]
           AND (OLD.author_id = reader.user_id OR 'review' = ANY (reader.permissions))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an assignment is done or taken back, never changed' USING ERRCODE = '42501';
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA records, access_private FROM PUBLIC;
