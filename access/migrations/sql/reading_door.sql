-- The reading door. Run once by the owner.
--
-- Schema "access" holds functions that the application may call; "access_private" holds what it may not see.
-- The reader's name reaches the database in the transaction-local setting parley.reader, as
--     principal | start of this transaction | keyed hash
-- so that it can be neither forged nor replayed: in any other transaction it is void.

CREATE SCHEMA access;
CREATE SCHEMA access_private;
REVOKE ALL ON SCHEMA access_private FROM PUBLIC;

-- The key that signs the reader's name, and the emergency switch.
CREATE TABLE access_private.house (
    id     int PRIMARY KEY CHECK (id = 1),
    key    bytea NOT NULL,
    state  text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'read_only', 'closed')),
    reason text NOT NULL DEFAULT '',
    since  timestamptz
);

-- What each role may do: written after every migration from the one table in access/permissions.py.
CREATE TABLE access_private.permission (
    role   text NOT NULL,
    action text NOT NULL,
    PRIMARY KEY (role, action)
);

-- One row for each principal: 'anonymous', 'system', 'entry:<uuid>', 'user:<uuid>', 'token:<uuid>'. Kept by triggers.
CREATE TABLE access_private.principal (
    name         text PRIMARY KEY,
    user_id      uuid,
    role         text NOT NULL,
    clearance    smallint NOT NULL,
    compartments int[] NOT NULL,
    labels       int[] NOT NULL,
    permissions  text[] NOT NULL,
    write_tables text[],             -- the tables a token may write; NULL is all
    expires_at   timestamptz,        -- a token's end
    wide_until   timestamptz,        -- until then the glass is broken, and the wide columns count
    wide_compartments int[],
    wide_labels  int[]
);

-- Which table hangs on which: a change of the parent's label goes on to its children.
-- parent_table '*' stands for a generic link, whose parent may be any classified table.
CREATE TABLE access_private.edge (
    child_table  text NOT NULL,
    child_column text NOT NULL,
    parent_table text NOT NULL,
    PRIMARY KEY (child_table, child_column)
);

-- 1. Who is asking -------------------------------------------------------------------------------------------

-- It and those that policies ask are PARALLEL SAFE: they only read, and a parallel worker has the same setting, times
-- and snapshot. Were one not, no query on a protected table could use more than one processor.
CREATE FUNCTION access.me() RETURNS access_private.principal
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parts text[] := string_to_array(current_setting('parley.reader', true), '|');
    house access_private.house;
    found_principal access_private.principal;
BEGIN
    IF cardinality(parts) IS DISTINCT FROM 3 THEN
        RAISE EXCEPTION 'no reader is named for this transaction' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO STRICT house FROM access_private.house WHERE id = 1;
    IF parts[2] <> extract(epoch FROM now())::text
       OR parts[3] <> encode(sha256(house.key || sha256(house.key || convert_to(parts[1] || '|' || parts[2], 'UTF8'))), 'hex')
    THEN
        RAISE EXCEPTION 'the reader named for this transaction is not signed' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO found_principal FROM access_private.principal WHERE name = parts[1];
    IF NOT FOUND OR found_principal.expires_at <= statement_timestamp() THEN
        RAISE EXCEPTION 'the reader named for this transaction is unknown' USING ERRCODE = '42501';
    END IF;
    IF found_principal.wide_until > statement_timestamp() THEN
        found_principal.clearance := 3;
        found_principal.compartments := found_principal.wide_compartments;
        found_principal.labels := found_principal.wide_labels;
    END IF;
    IF house.state <> 'open' AND found_principal.role <> 'system' THEN
        found_principal.permissions := CASE
            -- Only administrators themselves: of their tokens one may be what leaked.
            WHEN house.state = 'closed' AND (found_principal.role <> 'administrator' OR found_principal.name NOT LIKE 'user:%')
            THEN '{}'::text[]
            ELSE ARRAY(SELECT unnest(found_principal.permissions) INTERSECT VALUES ('read'), ('audit'), ('manage')) END;
    END IF;
    IF 'read' <> ALL (found_principal.permissions) THEN
        found_principal.labels := '{}';
    END IF;
    RETURN found_principal;
END $$;

-- Whether the owner migrates or repairs, no reader being named. Asks who opened the session, not what is set: a setting
-- is the application's to change, also in the middle of a statement whose policies have already been asked.
CREATE FUNCTION access_private.owner_at_work() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(current_setting('parley.reader', true), '') = ''
       AND pg_has_role(session_user, (SELECT nspowner FROM pg_namespace WHERE nspname = 'access_private'), 'MEMBER')
$$;

-- VOLATILE, so that a statement that interns a new label may read the row it has just written.
CREATE FUNCTION access.my_labels() RETURNS int[]
LANGUAGE plpgsql VOLATILE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (access.me()).labels;
END $$;

-- The reader's labels without those that broken glass adds: it widens what is read, not what is written.
CREATE FUNCTION access.my_own_labels() RETURNS int[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT labels FROM access_private.principal WHERE name = (access.me()).name);
END $$;

-- Of these, the labels from "restricted" up: what is read under them is logged.
CREATE FUNCTION access.my_logged_labels() RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
    'SELECT ARRAY(SELECT id FROM access_label WHERE level >= 2 AND id = ANY ((access.me()).labels))';

CREATE FUNCTION access.my_role() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT (access.me()).role';

CREATE FUNCTION access.my_user() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT (access.me()).user_id';

CREATE FUNCTION access.my_compartments() RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT (access.me()).compartments';

CREATE FUNCTION access.my_name() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT (access.me()).name';

CREATE FUNCTION access.may(action text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
    'SELECT action = ANY ((access.me()).permissions)';

-- Whether the reader's role allows the action and, for a token, its scope allows the table.
CREATE FUNCTION access.may_write(written text, action text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT action = ANY (permissions) AND (write_tables IS NULL OR written = ANY (write_tables)) FROM access.me()
$$;

-- 2. Principals follow users, memberships, tokens and labels at once -----------------------------------------

CREATE FUNCTION access_private.refresh_principals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    WITH people AS (
        SELECT u.id, u.role::text, u.clearance,
               coalesce((SELECT array_agg(m.compartment_id ORDER BY m.compartment_id)
                         FROM access_membership m WHERE m.user_id = u.id), '{}')::int[] AS compartments
        FROM access_user u WHERE u.is_active
    ), everything AS (
        SELECT coalesce((SELECT array_agg(id ORDER BY id) FROM access_compartment), '{}')::int[] AS compartments,
               coalesce((SELECT array_agg(id ORDER BY id) FROM access_label), '{}')::int[] AS labels
    ), actions AS (
        SELECT role, array_agg(action ORDER BY action) AS allowed FROM access_private.permission GROUP BY role
    ), wanted AS (
        SELECT 'user:' || id AS name, id AS user_id, role, clearance, compartments, role AS limits, NULL::text[] AS write_tables,
               NULL::timestamptz AS expires_at,
               (SELECT max(b.until) FROM access_breakglass b WHERE b.user_id = p.id AND b.ended_at IS NULL) AS wide_until
        FROM people p
        UNION ALL
        -- Never wider than its user, and of what the role may do only what a token may.
        SELECT 'token:' || t.id, p.id, p.role, least(p.clearance, t.max_level),
               CASE WHEN t.compartments IS NULL THEN p.compartments
                    ELSE ARRAY(SELECT unnest(p.compartments) INTERSECT SELECT unnest(t.compartments) ORDER BY 1) END,
               CASE WHEN t.writes = '{}' THEN 'reading token' ELSE 'writing token' END,
               CASE WHEN t.writes IS NOT NULL
                    THEN ARRAY(SELECT replace(kind, '.', '_') FROM unnest(t.writes) kind) END,
               t.expires_at, NULL
        FROM access_apitoken t JOIN people p ON p.id = t.user_id
        WHERE t.revoked_at IS NULL AND t.expires_at > now()
        UNION ALL
        -- Somebody whose password was right and whose second factor is still to come: a visitor with a name.
        SELECT 'entry:' || id, id, 'entering', 0::smallint, '{}'::int[], 'entering', NULL, NULL, NULL FROM people
        UNION ALL
        SELECT 'anonymous', NULL, 'anonymous', 0::smallint, '{}'::int[], 'anonymous', NULL, NULL, NULL
        UNION ALL
        SELECT 'system', NULL, 'system', 3::smallint, e.compartments, 'system', NULL, NULL, NULL FROM everything e
    ), described AS (
        SELECT w.name, w.user_id, w.role, w.clearance, w.compartments,
               coalesce((SELECT array_agg(l.id ORDER BY l.id) FROM access_label l
                         WHERE l.level <= w.clearance AND l.compartments <@ w.compartments), '{}')::int[] AS labels,
               ARRAY(SELECT unnest(a.allowed) INTERSECT SELECT unnest(m.allowed) ORDER BY 1) AS permissions,
               w.write_tables, w.expires_at, w.wide_until,
               CASE WHEN w.wide_until IS NOT NULL THEN e.compartments END AS wide_compartments,
               CASE WHEN w.wide_until IS NOT NULL THEN e.labels END AS wide_labels
        FROM wanted w CROSS JOIN everything e
        LEFT JOIN actions a ON a.role = w.role
        LEFT JOIN actions m ON m.role = w.limits
    ), gone AS (
        DELETE FROM access_private.principal p WHERE NOT EXISTS (SELECT 1 FROM described d WHERE d.name = p.name)
    )
    INSERT INTO access_private.principal AS p
    SELECT * FROM described
    ON CONFLICT (name) DO UPDATE
    SET (user_id, role, clearance, compartments, labels, permissions, write_tables, expires_at, wide_until,
         wide_compartments, wide_labels)
      = (excluded.user_id, excluded.role, excluded.clearance, excluded.compartments, excluded.labels,
         excluded.permissions, excluded.write_tables, excluded.expires_at, excluded.wide_until,
         excluded.wide_compartments, excluded.wide_labels)
    WHERE (p.*) IS DISTINCT FROM (excluded.*);
    RETURN NULL;
END $$;

CREATE TRIGGER refresh_principals AFTER INSERT OR UPDATE OF clearance, role, is_active OR DELETE ON access_user
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refresh_principals();
CREATE TRIGGER refresh_principals AFTER INSERT OR UPDATE OR DELETE ON access_membership
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refresh_principals();
CREATE TRIGGER refresh_principals
    AFTER INSERT OR UPDATE OF writes, max_level, compartments, expires_at, revoked_at, user_id OR DELETE
    ON access_apitoken FOR EACH STATEMENT EXECUTE FUNCTION access_private.refresh_principals();
CREATE TRIGGER refresh_principals AFTER INSERT OR UPDATE OR DELETE ON access_breakglass
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refresh_principals();
CREATE TRIGGER refresh_principals AFTER INSERT OR UPDATE OR DELETE ON access_private.permission
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refresh_principals();
-- A new compartment comes with a label: the one of the event that tells of it.
CREATE TRIGGER refresh_principals AFTER INSERT OR UPDATE OR DELETE ON access_label
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refresh_principals();

-- 3. Labels are interned: one row for each level and set of compartments --------------------------------------

-- Not the application's to call: it tells which compartments there are.
CREATE FUNCTION access_private.label_for(wanted_level int, wanted_compartments int[]) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    sorted int[] := ARRAY(SELECT DISTINCT unnest(wanted_compartments) ORDER BY 1);
    found_label int;
BEGIN
    IF wanted_level NOT BETWEEN 0 AND 3 THEN
        RAISE EXCEPTION 'a level is 0, 1, 2 or 3' USING ERRCODE = '23514';
    END IF;
    SELECT id INTO found_label FROM access_label WHERE level = wanted_level AND compartments = sorted;
    IF found_label IS NULL THEN
        IF EXISTS (SELECT 1 FROM unnest(sorted) c WHERE c NOT IN (SELECT id FROM access_compartment)) THEN
            RAISE EXCEPTION 'there is no such compartment' USING ERRCODE = '42501';
        END IF;
        INSERT INTO access_label (level, compartments) VALUES (wanted_level, sorted) ON CONFLICT DO NOTHING;
        SELECT id INTO STRICT found_label FROM access_label WHERE level = wanted_level AND compartments = sorted;
    END IF;
    RETURN found_label;
END $$;

-- The label of something made from several records: at least as secret as each of them. A label the reader may not
-- read is refused like one that does not exist: its compartments are nobody else's to know.
CREATE FUNCTION access.join_labels(labels int[]) RETURNS TABLE (level smallint, compartments int[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT labels <@ access.my_labels() THEN
        RAISE EXCEPTION 'a label is not yours to read' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY SELECT coalesce(max(l.level), 0)::smallint,
           ARRAY(SELECT DISTINCT unnest(k.compartments) FROM access_label k WHERE k.id = ANY (labels) ORDER BY 1)
    FROM access_label l WHERE l.id = ANY (labels);
END $$;

-- A classified row's label is the join of its own marking with the labels of all rows it points to.
-- A row that hangs on a draft is itself part of that draft.
-- Arguments: parent table, foreign key column, ...; '@<content type column>' names a generic parent.
CREATE FUNCTION access_private.set_label() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    new_row jsonb := to_jsonb(NEW);
    joined_level int := NEW.level;
    joined_compartments int[] := NEW.compartments;
    draft_author uuid := CASE WHEN NEW.review_state = 'draft' THEN NEW.author_id END;
    parent_table text;
    parent_id uuid;
    parent record;
BEGIN
    -- A missing parent or compartment looks like a hidden one: without a label the row is refused by the policy itself,
    -- in the same words and at the same place.
    IF NOT NEW.compartments <@ ARRAY(SELECT id FROM access_compartment) THEN
        NEW.label_id := NULL;
        RETURN NEW;
    END IF;
    FOR i IN 0 .. TG_NARGS - 1 BY 2 LOOP
        parent_id := (new_row ->> TG_ARGV[i + 1])::uuid;
        CONTINUE WHEN parent_id IS NULL OR (parent_id = NEW.id AND TG_ARGV[i] = TG_TABLE_NAME);
        parent_table := TG_ARGV[i];
        IF left(parent_table, 1) = '@' THEN
            SELECT app_label || '_' || model INTO parent_table FROM django_content_type
            WHERE id = (new_row ->> substr(TG_ARGV[i], 2))::int;
        END IF;
        EXECUTE format('SELECT l.level, l.compartments, p.draft_of FROM %I p JOIN access_label l ON l.id = p.label_id '
                       'WHERE p.id = $1 FOR SHARE OF p', parent_table) INTO parent USING parent_id;
        IF parent.level IS NULL THEN
            NEW.label_id := NULL;
            RETURN NEW;
        END IF;
        joined_level := greatest(joined_level, parent.level);
        joined_compartments := joined_compartments || parent.compartments;
        draft_author := coalesce(draft_author, parent.draft_of);
    END LOOP;
    NEW.label_id := access_private.label_for(joined_level, joined_compartments);
    NEW.draft_of := draft_author;
    RETURN NEW;
END $$;

CREATE FUNCTION access_private.cascade_label() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    edge record;
BEGIN
    FOR edge IN SELECT * FROM access_private.edge WHERE parent_table IN (TG_TABLE_NAME, '*') LOOP
        EXECUTE format('UPDATE %I SET label_id = label_id WHERE %I = $1', edge.child_table, edge.child_column) USING NEW.id;
    END LOOP;
    RETURN NULL;
END $$;

-- What a row says, without who may see it, where its review stands and whether it was withdrawn or refuted: those are
-- decisions about the record, made with a reason, and no second person verifies them.
CREATE FUNCTION access_private.content(record_row jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT record_row - '{label_id,draft_of,level,compartments,version,updated_at,review_state,withdrawn_at,
                          withdrawn_reason,refuted_at,refuted_reason}'::text[]
$$;

-- What a policy cannot say, because it compares the row with itself as it was. The label and the version are already
-- set, by the triggers before this one.
CREATE FUNCTION access_private.guard_record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept constant text[] := '{label_id,draft_of}';
    reader access_private.principal;
    needed text;
    rewritten boolean;
BEGIN
    -- The label followed a parent's, or the owner migrates.
    IF to_jsonb(NEW) - kept = to_jsonb(OLD) - kept OR access_private.owner_at_work() THEN
        RETURN NEW;
    END IF;
    reader := access.me();
    -- A row above the reader is the policy's to refuse: said here, it would tell something of the label.
    IF reader.role = 'system' OR NEW.label_id IS NULL OR NEW.label_id <> ALL (reader.labels) THEN
        RETURN NEW;
    END IF;
    rewritten := access_private.content(to_jsonb(NEW)) IS DISTINCT FROM access_private.content(to_jsonb(OLD));
    IF (NEW.withdrawn_at IS NULL) <> (OLD.withdrawn_at IS NULL) THEN
        needed := CASE WHEN NEW.withdrawn_at IS NULL THEN 'review' ELSE 'withdraw' END;
        IF needed <> ALL (reader.permissions) THEN
            RAISE EXCEPTION 'withdrawing is not allowed to this role' USING ERRCODE = '42501';
        END IF;
    END IF;
    -- What was verified is what was read then: whichever door changes it, it is no longer verified.
    IF OLD.review_state = 'verified' AND NEW.review_state = 'verified' AND rewritten THEN
        NEW.review_state := 'changed';
    END IF;
    IF NEW.review_state <> OLD.review_state
       AND NOT (NEW.review_state = 'submitted' AND OLD.review_state = 'draft')
       AND NOT (NEW.review_state = 'submitted' AND OLD.review_state = 'returned'
                AND (OLD.author_id IS NULL OR access_private.has_written(OLD.id, OLD.author_id, reader.user_id)))
       AND NOT (NEW.review_state = 'changed' AND OLD.review_state = 'verified')
       AND NOT (NEW.review_state IN ('verified', 'returned') AND OLD.review_state IN ('submitted', 'changed')
                AND 'review' = ANY (reader.permissions) AND NOT rewritten
                AND NOT access_private.has_written(OLD.id, OLD.author_id, reader.user_id)) THEN
        RAISE EXCEPTION 'this step of the review is not allowed to this reader' USING ERRCODE = '42501';
    END IF;
    IF NEW.review_state = 'returned' AND OLD.review_state <> 'returned' AND access.reason_given() = '' THEN
        RAISE EXCEPTION 'returning a record needs a note' USING ERRCODE = '23514', CONSTRAINT = 'reason_given';
    END IF;
    -- Else a record that others read would vanish into one's own draft, where its author may lower it unseen.
    IF NEW.draft_of IS NOT NULL AND NEW.draft_of IS DISTINCT FROM OLD.draft_of THEN
        RAISE EXCEPTION 'a record in use cannot become part of a draft' USING ERRCODE = '42501';
    END IF;
    -- Lowering, also by moving the record to a less secret parent, is a reviewer's act, with a reason. So is lowering
    -- the record's own marking under a parent that still holds it up. An author may still lower a draft that only
    -- reviewers see beside them.
    IF (NOT (NEW.level >= OLD.level AND NEW.compartments @> OLD.compartments)
        OR EXISTS (SELECT 1 FROM access_label was, access_label now
                   WHERE was.id = OLD.label_id AND now.id = NEW.label_id
                     AND NOT (now.level >= was.level AND now.compartments @> was.compartments)))
       AND NOT (OLD.draft_of IS NOT NULL AND OLD.draft_of = reader.user_id) THEN
        IF 'lower' <> ALL (reader.permissions) THEN
            RAISE EXCEPTION 'lowering confidentiality is not allowed to this role' USING ERRCODE = '42501';
        ELSIF access.reason_given() = '' THEN
            RAISE EXCEPTION 'lowering confidentiality needs a reason' USING ERRCODE = '23514', CONSTRAINT = 'reason_given';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- 4. One call protects a table --------------------------------------------------------------------------------

-- Arguments: the table, its parents as in set_label(), and the action that writing it needs.
CREATE PROCEDURE access.protect(protected text, parents text[], action text)
LANGUAGE plpgsql AS $$
DECLARE
    -- A set in FROM, not in SELECT: PostgreSQL takes no subquery without a FROM to be safe in parallel.
    seen constant text :=
        'label_id IN (SELECT mine FROM unnest(access.my_labels()) mine) '
        'AND (draft_of IS NULL OR draft_of = (SELECT access.my_user()) OR (SELECT access.may(''review'')))';
    writers constant text := format('label_id IN (SELECT mine FROM unnest(access.my_own_labels()) mine) '
                                    'AND (SELECT access.may_write(%L, %L))', protected, action);
    arguments text;
BEGIN
    SELECT coalesce(string_agg(quote_literal(p), ', '), '') INTO arguments FROM unnest(parents) p;
    EXECUTE format('CREATE TRIGGER a_set_label BEFORE INSERT OR UPDATE ON %I FOR EACH ROW '
                   'EXECUTE FUNCTION access_private.set_label(%s)', protected, arguments);
    EXECUTE format('CREATE TRIGGER y_cascade_label AFTER UPDATE ON %I FOR EACH ROW '
                   'WHEN (OLD.label_id IS DISTINCT FROM NEW.label_id OR OLD.draft_of IS DISTINCT FROM NEW.draft_of) '
                   'EXECUTE FUNCTION access_private.cascade_label()', protected);
    EXECUTE format('CREATE TRIGGER c_guard_record BEFORE UPDATE ON %I FOR EACH ROW '
                   'EXECUTE FUNCTION access_private.guard_record()', protected);
    FOR i IN 1 .. coalesce(array_length(parents, 1), 0) BY 2 LOOP
        INSERT INTO access_private.edge VALUES
            (protected, parents[i + 1], CASE WHEN left(parents[i], 1) = '@' THEN '*' ELSE parents[i] END);
    END LOOP;
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', protected);
    EXECUTE format('CREATE POLICY read ON %I FOR SELECT USING (%s)', protected, seen);
    EXECUTE format('CREATE POLICY add ON %I FOR INSERT WITH CHECK (%s AND %s '
                   'AND author_id IS NOT DISTINCT FROM (SELECT access.my_user()) '
                   'AND (review_state IN (''draft'', ''submitted'') AND withdrawn_at IS NULL '
                   'OR (SELECT access.my_role()) = ''system''))', protected, seen, writers);
    EXECUTE format('CREATE POLICY change ON %I FOR UPDATE USING (%s AND %s)', protected, seen, writers);
    -- There is no policy and no grant for DELETE: a record is withdrawn, with a reason.
END $$;

CREATE PROCEDURE access.unprotect(protected text)
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM access_private.edge WHERE child_table = protected;
    EXECUTE format('DROP TRIGGER a_set_label ON %I', protected);
    EXECUTE format('DROP TRIGGER y_cascade_label ON %I', protected);
    EXECUTE format('DROP TRIGGER c_guard_record ON %I', protected);
    EXECUTE format('DROP POLICY read ON %I', protected);
    EXECUTE format('DROP POLICY add ON %I', protected);
    EXECUTE format('DROP POLICY change ON %I', protected);
    EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', protected);
END $$;

-- The four plain labels exist from the start.
INSERT INTO access_label (level, compartments) VALUES (0, '{}'), (1, '{}'), (2, '{}'), (3, '{}');

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA access, access_private FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA access FROM PUBLIC;
