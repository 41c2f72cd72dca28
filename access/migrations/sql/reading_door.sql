-- The reading door. Run once by the owner.
--
-- Schema "access" holds functions that the application may call; "access_private" holds what it may not see.
-- The reader's name reaches the database in the transaction-local setting parley.reader, as
--     principal | start of this transaction | keyed hash
-- so that it can be neither forged nor replayed: in any other transaction it is void.

CREATE SCHEMA access;
CREATE SCHEMA access_private;
REVOKE ALL ON SCHEMA access_private FROM PUBLIC;

CREATE TABLE access_private.secret (
    id  int PRIMARY KEY CHECK (id = 1),
    key bytea NOT NULL
);

-- One row for each principal: 'anonymous', 'system', 'entry:<uuid>', 'user:<uuid>', 'token:<uuid>'. Kept by triggers.
CREATE TABLE access_private.principal (
    name         text PRIMARY KEY,
    user_id      uuid,
    role         text NOT NULL,
    clearance    smallint NOT NULL,
    compartments int[] NOT NULL,
    labels       int[] NOT NULL
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

CREATE FUNCTION access.me() RETURNS access_private.principal
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parts text[] := string_to_array(current_setting('parley.reader', true), '|');
    signing_key bytea;
    found_principal access_private.principal;
BEGIN
    IF cardinality(parts) IS DISTINCT FROM 3 THEN
        RAISE EXCEPTION 'no reader is named for this transaction' USING ERRCODE = '42501';
    END IF;
    SELECT key INTO STRICT signing_key FROM access_private.secret WHERE id = 1;
    IF parts[2] <> extract(epoch FROM now())::text
       OR parts[3] <> encode(sha256(signing_key || sha256(signing_key || convert_to(parts[1] || '|' || parts[2], 'UTF8'))), 'hex')
    THEN
        RAISE EXCEPTION 'the reader named for this transaction is not signed' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO found_principal FROM access_private.principal WHERE name = parts[1];
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the reader named for this transaction is unknown' USING ERRCODE = '42501';
    END IF;
    RETURN found_principal;
END $$;

-- VOLATILE, so that a statement that interns a new label may read the row it has just written.
CREATE FUNCTION access.my_labels() RETURNS int[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (access.me()).labels;
END $$;

CREATE FUNCTION access.my_role() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT (access.me()).role';

CREATE FUNCTION access.my_user() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT (access.me()).user_id';

CREATE FUNCTION access.my_compartments() RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT (access.me()).compartments';

CREATE FUNCTION access.my_name() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT (access.me()).name';

-- 2. Principals follow users, memberships, tokens and labels at once -----------------------------------------

CREATE FUNCTION access_private.refresh_principals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    WITH people AS (
        SELECT u.id, u.role, u.clearance,
               coalesce((SELECT array_agg(m.compartment_id ORDER BY m.compartment_id)
                         FROM access_membership m WHERE m.user_id = u.id), '{}')::int[] AS compartments
        FROM access_user u WHERE u.is_active
    ), wanted AS (
        SELECT 'user:' || id AS name, id AS user_id, role::text, clearance, compartments FROM people
        UNION ALL
        SELECT 'token:' || t.id, p.id, CASE WHEN t.may_write THEN p.role ELSE 'analyst' END,
               least(p.clearance, t.max_level), p.compartments
        FROM access_apitoken t JOIN people p ON p.id = t.user_id
        WHERE t.revoked_at IS NULL AND t.expires_at > now()
        UNION ALL
        -- Somebody whose password was right and whose second factor is still to come: a visitor with a name.
        SELECT 'entry:' || id, id, 'entering', 0::smallint, '{}'::int[] FROM people
        UNION ALL
        SELECT 'anonymous', NULL, 'anonymous', 0::smallint, '{}'::int[]
        UNION ALL
        SELECT 'system', NULL, 'system', 3::smallint,
               coalesce((SELECT array_agg(c.id ORDER BY c.id) FROM access_compartment c), '{}')::int[]
    ), labelled AS (
        SELECT w.*, coalesce((SELECT array_agg(l.id ORDER BY l.id) FROM access_label l
                              WHERE l.level <= w.clearance AND l.compartments <@ w.compartments), '{}')::int[] AS labels
        FROM wanted w
    ), gone AS (
        DELETE FROM access_private.principal p WHERE NOT EXISTS (SELECT 1 FROM labelled l WHERE l.name = p.name)
    )
    INSERT INTO access_private.principal AS p (name, user_id, role, clearance, compartments, labels)
    SELECT name, user_id, role, clearance, compartments, labels FROM labelled
    ON CONFLICT (name) DO UPDATE SET user_id = excluded.user_id, role = excluded.role, clearance = excluded.clearance,
                                     compartments = excluded.compartments, labels = excluded.labels
    WHERE (p.*) IS DISTINCT FROM (excluded.*);
    RETURN NULL;
END $$;

CREATE TRIGGER refresh_principals AFTER INSERT OR UPDATE OF clearance, role, is_active OR DELETE ON access_user
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refresh_principals();
CREATE TRIGGER refresh_principals AFTER INSERT OR UPDATE OR DELETE ON access_membership
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refresh_principals();
CREATE TRIGGER refresh_principals AFTER INSERT OR UPDATE OF may_write, max_level, expires_at, revoked_at, user_id OR DELETE
    ON access_apitoken FOR EACH STATEMENT EXECUTE FUNCTION access_private.refresh_principals();
CREATE TRIGGER refresh_principals AFTER INSERT OR DELETE ON access_compartment
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refresh_principals();
CREATE TRIGGER refresh_principals AFTER INSERT OR UPDATE OR DELETE ON access_label
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refresh_principals();

-- 3. Labels are interned: one row for each level and set of compartments --------------------------------------

CREATE FUNCTION access.label_for(wanted_level int, wanted_compartments int[]) RETURNS int
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

-- The label of something made from several records: at least as secret as each of them.
CREATE FUNCTION access.join_labels(labels int[]) RETURNS TABLE (level smallint, compartments int[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(max(l.level), 0)::smallint,
           ARRAY(SELECT DISTINCT unnest(k.compartments) FROM access_label k WHERE k.id = ANY (labels) ORDER BY 1)
    FROM access_label l WHERE l.id = ANY (labels)
$$;

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
            -- The words PostgreSQL uses for a row its policy refuses: a missing parent looks like a hidden one.
            RAISE EXCEPTION 'new row violates row-level security policy for table "%"', TG_TABLE_NAME
                USING ERRCODE = '42501';
        END IF;
        joined_level := greatest(joined_level, parent.level);
        joined_compartments := joined_compartments || parent.compartments;
        draft_author := coalesce(draft_author, parent.draft_of);
    END LOOP;
    NEW.label_id := access.label_for(joined_level, joined_compartments);
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

-- 4. One call protects a table --------------------------------------------------------------------------------

CREATE PROCEDURE access.protect(protected text, parents text[])
LANGUAGE plpgsql AS $$
DECLARE
    seen constant text :=
        'label_id IN (SELECT unnest(access.my_labels())) AND (draft_of IS NULL OR draft_of = (SELECT access.my_user()) '
        'OR (SELECT access.my_role()) IN (''reviewer'', ''system''))';
    writers constant text := '(SELECT access.my_role()) IN (''recorder'', ''reviewer'', ''system'')';
    arguments text;
BEGIN
    SELECT coalesce(string_agg(quote_literal(p), ', '), '') INTO arguments FROM unnest(parents) p;
    EXECUTE format('CREATE TRIGGER a_set_label BEFORE INSERT OR UPDATE ON %I FOR EACH ROW '
                   'EXECUTE FUNCTION access_private.set_label(%s)', protected, arguments);
    EXECUTE format('CREATE TRIGGER y_cascade_label AFTER UPDATE ON %I FOR EACH ROW '
                   'WHEN (OLD.label_id IS DISTINCT FROM NEW.label_id OR OLD.draft_of IS DISTINCT FROM NEW.draft_of) '
                   'EXECUTE FUNCTION access_private.cascade_label()', protected);
    FOR i IN 1 .. coalesce(array_length(parents, 1), 0) BY 2 LOOP
        INSERT INTO access_private.edge VALUES
            (protected, parents[i + 1], CASE WHEN left(parents[i], 1) = '@' THEN '*' ELSE parents[i] END);
    END LOOP;
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', protected);
    EXECUTE format('CREATE POLICY read ON %I FOR SELECT USING (%s)', protected, seen);
    EXECUTE format('CREATE POLICY add ON %I FOR INSERT WITH CHECK (%s AND %s '
                   'AND author_id IS NOT DISTINCT FROM (SELECT access.my_user()))', protected, seen, writers);
    EXECUTE format('CREATE POLICY change ON %I FOR UPDATE USING (%s AND %s)', protected, seen, writers);
    -- There is no policy and no grant for DELETE: a record is withdrawn, with a reason.
END $$;

CREATE PROCEDURE access.unprotect(protected text)
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM access_private.edge WHERE child_table = protected;
    EXECUTE format('DROP TRIGGER a_set_label ON %I', protected);
    EXECUTE format('DROP TRIGGER y_cascade_label ON %I', protected);
    EXECUTE format('DROP POLICY read ON %I', protected);
    EXECUTE format('DROP POLICY add ON %I', protected);
    EXECUTE format('DROP POLICY change ON %I', protected);
    EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', protected);
END $$;

-- 5. People: nobody promotes anybody except an administrator, and nobody promotes themselves -------------------

CREATE FUNCTION access_private.guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) OR access.my_role() = 'system' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_TABLE_NAME = 'access_user' THEN
        IF TG_OP = 'UPDATE' THEN
            IF to_jsonb(NEW) - 'last_login' = to_jsonb(OLD) - 'last_login' THEN
                RETURN NEW;
            END IF;
            IF NEW.id = access.my_user() AND to_jsonb(NEW) - 'password' = to_jsonb(OLD) - 'password' THEN
                RETURN NEW;
            END IF;
        END IF;
        IF access.my_role() = 'administrator' AND coalesce(NEW.id, OLD.id) IS DISTINCT FROM access.my_user() THEN
            RETURN coalesce(NEW, OLD);
        END IF;
    ELSIF TG_TABLE_NAME = 'access_membership' THEN
        IF access.my_role() = 'administrator' AND coalesce(NEW.user_id, OLD.user_id) <> access.my_user() THEN
            RETURN coalesce(NEW, OLD);
        END IF;
    ELSIF TG_TABLE_NAME = 'access_compartment' THEN
        IF access.my_role() = 'administrator' THEN
            RETURN coalesce(NEW, OLD);
        END IF;
    ELSIF TG_TABLE_NAME = 'access_apitoken' THEN
        IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'last_used_at' = to_jsonb(OLD) - 'last_used_at' THEN
            RETURN NEW;
        END IF;
        IF access.my_name() LIKE 'user:%' AND coalesce(NEW.user_id, OLD.user_id) = access.my_user()
           AND (TG_OP <> 'UPDATE' OR NEW.user_id = OLD.user_id) THEN
            RETURN coalesce(NEW, OLD);
        END IF;
    END IF;
    RAISE EXCEPTION 'this is not yours to change' USING ERRCODE = '42501';
END $$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON access_user
    FOR EACH ROW EXECUTE FUNCTION access_private.guard();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON access_membership
    FOR EACH ROW EXECUTE FUNCTION access_private.guard();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON access_compartment
    FOR EACH ROW EXECUTE FUNCTION access_private.guard();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON access_apitoken
    FOR EACH ROW EXECUTE FUNCTION access_private.guard();

-- The names of compartments, and who belongs to them, are need-to-know; so are labels one cannot read.
ALTER TABLE access_compartment ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON access_compartment
    USING (id = ANY ((SELECT access.my_compartments())::int[]) OR (SELECT access.my_role()) IN ('administrator', 'system'));
ALTER TABLE access_membership ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON access_membership
    USING (user_id = (SELECT access.my_user()) OR (SELECT access.my_role()) IN ('administrator', 'system'));
ALTER TABLE access_label ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON access_label FOR SELECT USING (id IN (SELECT unnest(access.my_labels())));

-- The four plain labels exist from the start.
INSERT INTO access_label (level, compartments) VALUES (0, '{}'), (1, '{}'), (2, '{}'), (3, '{}');

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA access, access_private FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA access FROM PUBLIC;
