-- People: who may change whose rights, what is written down about it, and the emergency switch. Run once by the owner,
-- after reading_door.sql.

-- 1. Events: sign-ins, refusals, reads of restricted records, exports, changes of rights ------------------------

CREATE FUNCTION access.reason_given() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT btrim(coalesce(nullif(current_setting('parley.act', true), '')::jsonb ->> 'reason', ''))
$$;

-- What an event's hash covers: the event and the hash of the one before in the chain of the same principal. Times are
-- counted in seconds, so that the session's time zone does not matter.
CREATE FUNCTION access_private.event_hash(e access_event) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(e.previous_hash, '') || convert_to(jsonb_build_object(
        'id', e.id, 'kind', e.kind, 'at', extract(epoch FROM e.at), 'principal', e.principal, 'user', e.user_id,
        'role', e.role, 'subject', e.subject_id, 'door', e.door, 'reason', e.reason, 'request', e.request_id,
        'address', e.address, 'table', e.record_table, 'records', e.records, 'label', e.label_id,
        'detail', e.detail)::text, 'UTF8'))
$$;

-- Writes one event in the name of the reader of this transaction (of the owner, in a migration).
CREATE FUNCTION access_private.add_event(kind text, subject uuid, on_table text, on_records uuid[], under_label int,
                                         detail jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    act jsonb := coalesce(nullif(current_setting('parley.act', true), ''), '{}')::jsonb;
    reader access_private.principal;
    told access_event;
BEGIN
    IF access_private.owner_at_work() THEN
        reader.name := 'owner';
        reader.role := 'owner';
    ELSE
        reader := access.me();
    END IF;
    -- One event after the other in each chain; held only until this transaction ends.
    PERFORM pg_advisory_xact_lock(hashtextextended('access_event ' || reader.name, 0));
    SELECT e.hash INTO told.previous_hash FROM access_event e WHERE e.principal = reader.name ORDER BY e.id DESC LIMIT 1;
    told.id := nextval(pg_get_serial_sequence('access_event', 'id'));
    told.at := clock_timestamp();
    told.kind := kind;
    told.principal := reader.name;
    told.user_id := reader.user_id;
    told.role := reader.role;
    told.subject_id := subject;
    told.door := coalesce(act ->> 'door', '');
    told.reason := access.reason_given();
    told.request_id := coalesce(act ->> 'request_id', '');
    told.address := coalesce(act ->> 'address', '');
    told.record_table := coalesce(on_table, '');
    told.records := coalesce(on_records, '{}');
    told.label_id := coalesce(under_label, (SELECT id FROM access_label WHERE level = 0 AND compartments = '{}'));
    told.detail := coalesce(detail, '{}');
    told.hash := access_private.event_hash(told);
    INSERT INTO access_event SELECT told.*;
END $$;

-- What the application may write down by itself. Changes of rights are written by triggers only.
CREATE FUNCTION access.note(kind text, subject uuid, on_table text, on_records uuid[], under_label int, detail jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF kind NOT IN ('sign_in', 'sign_in_failed', 'sign_out', 'token_refused', 'refused', 'read', 'export',
                    'password_changed', 'factor_added', 'factor_removed', 'invitation_refused') THEN
        RAISE EXCEPTION 'there is no such kind of event' USING ERRCODE = '42501';
    END IF;
    IF under_label <> ALL (access.my_labels()) THEN
        RAISE EXCEPTION 'a label is not yours to read' USING ERRCODE = '42501';
    END IF;
    PERFORM access_private.add_event(kind, subject, on_table, on_records, under_label, detail);
END $$;

-- Of what is only ever added to, nothing changes but who may see the record now.
CREATE FUNCTION access_private.refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{record_label_id,record_draft_of}'::text[] = to_jsonb(OLD) - '{record_label_id,record_draft_of}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the history is only ever added to' USING ERRCODE = '42501';
END $$;

CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON access_event
    FOR EACH ROW EXECUTE FUNCTION access_private.refuse_rewriting();
CREATE TRIGGER frozen_whole BEFORE TRUNCATE ON access_event
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refuse_rewriting();

-- One's own events, those about oneself, and for who keeps watch everybody's; never one whose label is above the
-- reader. Who manages accounts also reads the changes of rights in compartments they are no member of.
ALTER TABLE access_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON access_event FOR SELECT USING (
    (label_id IN (SELECT unnest(access.my_labels()))
     AND (user_id = (SELECT access.my_user()) OR subject_id = (SELECT access.my_user()) OR (SELECT access.may('audit'))))
    OR (kind LIKE 'rights.%' AND (SELECT access.may('manage'))));

-- 2. Nobody promotes anybody except an administrator, and nobody promotes themselves ------------------------------

CREATE FUNCTION access.need_reason() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF access.reason_given() = '' THEN
        RAISE EXCEPTION 'a change of rights needs a reason' USING ERRCODE = '23514', CONSTRAINT = 'reason_given';
    END IF;
END $$;

-- Runs with the rights of whoever writes: what the owner's own functions and migrations write passes.
CREATE FUNCTION access_private.guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    is_person boolean;
    is_manager boolean;
BEGIN
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) OR access.my_role() = 'system' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    is_person := access.my_name() LIKE 'user:%';
    is_manager := is_person AND access.may('manage');
    IF TG_TABLE_NAME = 'access_user' THEN
        IF TG_OP = 'UPDATE' THEN
            IF to_jsonb(NEW) - 'last_login' = to_jsonb(OLD) - 'last_login' THEN
                RETURN NEW;
            END IF;
            IF is_person AND NEW.id = access.my_user() AND to_jsonb(NEW) - 'password' = to_jsonb(OLD) - 'password' THEN
                RETURN NEW;
            END IF;
        END IF;
        IF is_manager AND coalesce(NEW.id, OLD.id) IS DISTINCT FROM access.my_user() THEN
            PERFORM access.need_reason();
            RETURN coalesce(NEW, OLD);
        END IF;
    ELSIF TG_TABLE_NAME = 'access_membership' THEN
        IF is_manager AND TG_OP <> 'UPDATE' AND coalesce(NEW.user_id, OLD.user_id) <> access.my_user() THEN
            PERFORM access.need_reason();
            RETURN coalesce(NEW, OLD);
        END IF;
    ELSIF TG_TABLE_NAME = 'access_compartment' THEN
        IF is_manager THEN
            RETURN coalesce(NEW, OLD);
        END IF;
    ELSIF TG_TABLE_NAME = 'access_apitoken' THEN
        IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'last_used_at' = to_jsonb(OLD) - 'last_used_at' THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'INSERT' AND is_person AND NEW.user_id = access.my_user() THEN
            RETURN NEW;
        END IF;
        -- Once made, a token is only revoked: by its owner or by an administrator.
        IF TG_OP = 'UPDATE' AND OLD.revoked_at IS NULL AND to_jsonb(NEW) - 'revoked_at' = to_jsonb(OLD) - 'revoked_at'
           AND (is_manager OR is_person AND OLD.user_id = access.my_user()) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_TABLE_NAME = 'access_breakglass' THEN
        IF TG_OP = 'INSERT' AND is_person AND access.may('break_glass') AND NEW.user_id = access.my_user()
           AND NEW.until <= statement_timestamp() + interval '1 hour' AND NEW.ended_at IS NULL THEN
            NEW.started_at := statement_timestamp();
            RETURN NEW;
        END IF;
        -- Ended early by the one who broke it, a reviewer or an administrator.
        IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND is_person
           AND to_jsonb(NEW) - 'ended_at' = to_jsonb(OLD) - 'ended_at'
           AND (OLD.user_id = access.my_user() OR access.may('audit')) THEN
            NEW.ended_at := statement_timestamp();
            RETURN NEW;
        END IF;
    ELSIF TG_TABLE_NAME = 'access_breakglassnotice' THEN
        IF TG_OP = 'UPDATE' AND OLD.seen_at IS NULL AND is_person AND OLD.reviewer_id = access.my_user()
           AND to_jsonb(NEW) - 'seen_at' = to_jsonb(OLD) - 'seen_at' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'this is not yours to change' USING ERRCODE = '42501';
END $$;

-- 3. What changed in whose rights, written down by the database itself --------------------------------------------

CREATE FUNCTION access_private.note_rights() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) ELSE '{}' END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) ELSE '{}' END;
    either jsonb := CASE WHEN TG_OP = 'DELETE' THEN old_row ELSE new_row END;
    -- Digests and password hashes are not repeated here.
    silent constant text[] := '{password,digest,last_login,last_used_at,created_at}';
    changes jsonb;
    compartment int;
    subject uuid;
BEGIN
    SELECT coalesce(jsonb_object_agg(key, jsonb_build_array(old_row -> key, new_row -> key)), '{}') INTO changes
    FROM (SELECT jsonb_object_keys(old_row || new_row) AS key) AS columns
    WHERE key <> ALL (silent) AND old_row -> key IS DISTINCT FROM new_row -> key;
    IF TG_TABLE_NAME = 'access_user' AND TG_OP = 'UPDATE' AND old_row -> 'password' IS DISTINCT FROM new_row -> 'password' THEN
        changes := changes || '{"password": []}';
    END IF;
    IF changes = '{}' THEN
        RETURN NULL;
    END IF;
    subject := CASE TG_TABLE_NAME WHEN 'access_user' THEN either ->> 'id' ELSE either ->> 'user_id' END;
    compartment := CASE TG_TABLE_NAME WHEN 'access_membership' THEN either ->> 'compartment_id'
                                      WHEN 'access_compartment' THEN either ->> 'id' END;
    PERFORM access_private.add_event(
        'rights.' || TG_ARGV[0], subject, NULL, NULL,
        CASE WHEN compartment IS NOT NULL THEN access_private.label_for(0, ARRAY[compartment]) END,
        jsonb_build_object('operation', lower(TG_OP), 'id', either -> 'id', 'changes', changes));
    RETURN NULL;
END $$;

-- Everybody who keeps watch is told of broken glass, and the database keeps who was told and who has seen it.
CREATE FUNCTION access_private.announce_break_glass() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO access_breakglassnotice (break_glass_id, reviewer_id)
    SELECT NEW.id, u.id FROM access_user u JOIN access_private.permission p ON p.role = u.role AND p.action = 'audit'
    WHERE u.is_active AND u.id <> NEW.user_id;
    RETURN NULL;
END $$;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY '{user,membership,compartment,apitoken,breakglass}'::text[] LOOP
        EXECUTE format('CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON access_%s FOR EACH ROW '
                       'EXECUTE FUNCTION access_private.guard()', guarded);
        EXECUTE format('CREATE TRIGGER note_rights AFTER INSERT OR UPDATE OR DELETE ON access_%1$s FOR EACH ROW '
                       'EXECUTE FUNCTION access_private.note_rights(%1$L)', guarded);
    END LOOP;
END $$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON access_breakglassnotice
    FOR EACH ROW EXECUTE FUNCTION access_private.guard();
CREATE TRIGGER announce AFTER INSERT ON access_breakglass
    FOR EACH ROW EXECUTE FUNCTION access_private.announce_break_glass();

-- The names of compartments, and who belongs to them, are need-to-know; so are labels one cannot read.
ALTER TABLE access_compartment ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON access_compartment
    USING (id = ANY ((SELECT access.my_compartments())::int[]) OR (SELECT access.may('manage')));
ALTER TABLE access_membership ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON access_membership
    USING (user_id = (SELECT access.my_user()) OR (SELECT access.may('manage')));
ALTER TABLE access_label ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON access_label FOR SELECT USING (id IN (SELECT unnest(access.my_labels())));
ALTER TABLE access_breakglass ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON access_breakglass
    USING (user_id = (SELECT access.my_user()) OR (SELECT access.may('audit')));
ALTER TABLE access_breakglassnotice ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON access_breakglassnotice
    USING (reviewer_id = (SELECT access.my_user()) OR (SELECT access.may('audit')));

-- 4. Small doors of their own ---------------------------------------------------------------------------------------

-- How many people may read a label that the reader may read; broken glass is not counted.
CREATE FUNCTION access.readers_of(asked_label int) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*)::int FROM access_private.principal p
    WHERE p.name LIKE 'user:%' AND 'read' = ANY (p.permissions) AND asked_label = ANY (p.labels)
      AND asked_label = ANY (access.my_labels())
$$;

-- Whoever holds a token may revoke it: a leaked one must stop working at once, whoever finds it.
CREATE FUNCTION access.revoke_token(secret text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE access_apitoken SET revoked_at = statement_timestamp()
    WHERE digest = encode(sha256(convert_to(secret, 'UTF8')), 'hex') AND revoked_at IS NULL;
    RETURN FOUND;
END $$;

-- The emergency switch, and what everybody may know of it.
CREATE FUNCTION access.house_state() RETURNS TABLE (state text, reason text, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
    'SELECT h.state, h.reason, h.since FROM access_private.house h WHERE h.id = 1';

CREATE FUNCTION access.set_house_state(new_state text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT access.may('manage') THEN
        RAISE EXCEPTION 'this is not yours to change' USING ERRCODE = '42501';
    END IF;
    PERFORM access.need_reason();
    UPDATE access_private.house SET state = new_state, reason = access.reason_given(), since = statement_timestamp()
    WHERE id = 1;
    PERFORM access_private.add_event('rights.emergency', NULL, NULL, NULL, NULL, jsonb_build_object('state', new_state));
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA access, access_private FROM PUBLIC;
