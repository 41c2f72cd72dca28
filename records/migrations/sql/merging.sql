-- Merging: two records of one kind that are the same thing. Run once by the owner, before the table of merges is
-- protected. Everything that named the merged record names the kept one afterwards, whoever may see it: what a reviewer
-- does not see cannot be left behind, and must not be told of by a refusal.

-- How each kind of record takes part; written after every migration from the models (access/installation.py).
CREATE TABLE access_private.merge_rule (
    record_table text PRIMARY KEY,
    alone boolean NOT NULL,    -- a reviewer may say of two of them that they are one
    folds boolean NOT NULL,    -- a part: two that say the same of one record are one
    stays boolean NOT NULL     -- is about one record and no other, and stays with it
);

-- Which link of which row was moved by which merge; with an empty column, the merged record itself. The versions are the
-- row's once it was moved, and once it was moved back.
CREATE TABLE access_private.moved (
    merge_id uuid NOT NULL,
    moved_table text NOT NULL,
    moved_id uuid NOT NULL,
    moved_column text NOT NULL,
    version int NOT NULL,
    was_level smallint,        -- the row's own marking before, where moving it raised that
    was_compartments int[],
    version_back int,
    PRIMARY KEY (merge_id, moved_id, moved_column)
);
CREATE INDEX moved_row ON access_private.moved (moved_id);

-- 1. What other functions ask ------------------------------------------------------------------------------------

-- Whether a change rewrites what a record says. A link that a merge moves, or moves back, names the same thing.
CREATE FUNCTION access_private.rewrites(old_row jsonb, new_row jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    said jsonb := access_private.content(old_row);
    says jsonb := access_private.content(new_row);
    moved text[];
BEGIN
    IF says IS NOT DISTINCT FROM said THEN
        RETURN false;
    END IF;
    moved := ARRAY(SELECT m.moved_column FROM access_private.moved m WHERE m.moved_id = (new_row ->> 'id')::uuid
                   AND (new_row ->> 'version')::int IN (m.version, m.version_back));
    RETURN says - moved IS DISTINCT FROM said - moved;
END $$;

-- A merged record is as it was when it was merged, but for its identifier elsewhere; only undoing the merge, and what
-- raises the kept one, change it.
CREATE FUNCTION access_private.check_unmerged(old_row jsonb, new_row jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept constant text[] := '{label_id,draft_of,version,updated_at,external_id}';
BEGIN
    IF old_row ->> 'withdrawn_at' IS NOT NULL AND pg_trigger_depth() = 1 AND old_row - kept <> new_row - kept
       AND EXISTS (SELECT 1 FROM records_merge m WHERE m.record_id = (old_row ->> 'id')::uuid AND m.withdrawn_at IS NULL) THEN
        RAISE EXCEPTION 'a merged record is not changed; undo the merge first' USING ERRCODE = '42501';
    END IF;
END $$;

-- The last day of the locked period that a row lies in; there are none before the migration that makes them.
CREATE FUNCTION access_private.lock_on(kind text, told jsonb) RETURNS date
LANGUAGE sql STABLE SET search_path = public, pg_temp AS 'SELECT NULL::date';

CREATE FUNCTION access_private.refuse_locked(until date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'everything up to % is closed in this conflict; ask a reviewer to unlock the period', until
        USING ERRCODE = '23514', CONSTRAINT = 'period_locked', DETAIL = until::text;
END $$;

CREATE FUNCTION access_private.table_of(kind int) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS
    'SELECT app_label || ''_'' || model FROM django_content_type WHERE id = kind';

-- Ten characters of Crockford's base 32 (records/references.py), from the random bytes of a UUID.
CREATE FUNCTION access_private.new_reference() RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT left(told, 5) || '-' || right(told, 5)
    FROM (SELECT string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (get_byte(bytes, place) & 31) + 1, 1), '') AS told
          FROM (SELECT uuid_send(gen_random_uuid()) AS bytes) b, unnest('{0,1,2,3,4,5,7,9,10,11}'::int[]) place) made
$$;

-- 2. What follows from merging two records ---------------------------------------------------------------------

-- What a row says once the one record is called like the other, to tell whether two parts say the same. Where a row
-- stands in a list, and what it was called elsewhere, it does not say.
CREATE FUNCTION access_private.says_of(told jsonb, merged uuid, kept uuid) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT replace((access_private.content(told) - '{id,reference,author_id,recorded_at,external_id}'::text[]
                    - CASE WHEN jsonb_typeof(told -> 'position') = 'number' THEN 'position' ELSE '' END
                    || jsonb_build_object('refuted', told ->> 'refuted_at'))::text,
                   merged::text, kept::text)::jsonb
$$;

-- One row that names the merged record. "fold_into": a part of the kept one that says the same already. "until": it
-- lies in a period that is locked up to then, and stays as it is; the merged record's address leads on.
CREATE TYPE access_private.planned AS (
    child_table text, child_column text, child_id uuid, label_id int, draft_of uuid, fold_into uuid, until date);

-- A part becomes one with its like only where nobody loses by it: whoever sees it sees the other, the other counts if
-- it did, and neither was written by the reader.
CREATE FUNCTION access_private.merge_plan(kind int, merged uuid, kept uuid) RETURNS SETOF access_private.planned
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    reader uuid := CASE WHEN NOT access_private.owner_at_work() THEN access.my_user() END;
    edge record;
    found text;
BEGIN
    FOR edge IN
        SELECT e.child_table, e.child_column, e.parent_table = '*' AS is_generic, r.folds
        FROM access_private.edge e JOIN access_private.merge_rule r ON r.record_table = e.child_table
        WHERE e.parent_table IN (access_private.table_of(kind), '*')
          -- Of merges only where they lead to: what was merged here before is found at the kept record, too.
          AND (NOT r.stays OR (e.child_table, e.child_column) = ('records_merge', 'into_id'))
        ORDER BY e.child_table, e.child_column
    LOOP
        found := format('SELECT r.*, access_private.lock_on(%1$L, to_jsonb(r)) AS closed_until FROM %1$I r WHERE r.%2$I = $1',
                        edge.child_table, edge.child_column);
        IF edge.is_generic THEN
            found := found || ' AND r.record_type_id = $3';
        END IF;
        IF edge.child_table = 'records_merge' THEN
            found := found || ' AND r.withdrawn_at IS NULL';
        END IF;
        IF NOT edge.folds THEN
            RETURN QUERY EXECUTE format('SELECT %L, %L, t.id, t.label_id, t.draft_of, NULL::uuid, t.closed_until FROM (%s) t',
                                        edge.child_table, edge.child_column, found) USING merged, kept, kind;
            CONTINUE;
        END IF;
        RETURN QUERY EXECUTE format($q$
            WITH theirs AS (
                SELECT t.*, l.level AS is_level, l.compartments AS is_in,
                       access_private.says_of(to_jsonb(t) - 'closed_until', $1, $2) AS says
                FROM (%3$s) t JOIN access_label l ON l.id = t.label_id
            ), ours AS (
                SELECT o.id, o.review_state, l.level AS is_level, l.compartments AS is_in,
                       access_private.says_of(to_jsonb(o), $1, $2) AS says
                FROM %1$I o JOIN access_label l ON l.id = o.label_id
                WHERE o.%2$I = $2 AND o.withdrawn_at IS NULL AND o.draft_of IS NULL AND ($4 IS NULL OR o.author_id IS DISTINCT FROM $4)
                  AND access_private.lock_on(%1$L, to_jsonb(o)) IS NULL
            )
            SELECT %1$L, %2$L, t.id, t.label_id, t.draft_of,
                   (SELECT o.id FROM ours o
                    WHERE t.withdrawn_at IS NULL AND t.draft_of IS NULL AND t.closed_until IS NULL
                      AND ($4 IS NULL OR t.author_id IS DISTINCT FROM $4) AND o.id <> t.id AND o.says = t.says
                      AND t.is_level >= o.is_level AND t.is_in @> o.is_in
                      AND (o.review_state = 'verified' OR o.review_state = t.review_state)
                    ORDER BY o.id LIMIT 1),
                   t.closed_until
            FROM theirs t $q$, edge.child_table, edge.child_column, found) USING merged, kept, kind, reader;
    END LOOP;
END $$;

-- The same, of what the reader may see; nothing where they may not see both records.
CREATE FUNCTION records.merge_plan(kind int, merged uuid, kept uuid)
RETURNS TABLE (child_table text, child_column text, child_id uuid, fold_into uuid, until date)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reader access_private.principal := access.me();
    seen int;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I r WHERE r.id IN ($1, $2) AND r.label_id = ANY ($3) '
                   'AND (r.draft_of IS NULL OR r.draft_of = $4 OR $5)', access_private.table_of(kind))
        INTO seen USING merged, kept, reader.labels, reader.user_id, 'review' = ANY (reader.permissions);
    IF seen = 2 THEN
        RETURN QUERY SELECT p.child_table, p.child_column, p.child_id, p.fold_into, p.until
        FROM access_private.merge_plan(kind, merged, kept) p
        WHERE p.label_id = ANY (reader.labels)
          AND (p.draft_of IS NULL OR p.draft_of = reader.user_id OR 'review' = ANY (reader.permissions));
    END IF;
END $$;

-- What becomes of each row that a merge moved, if it is undone now: it goes back; it was changed since, or names
-- something else by now, or lies in a locked period, and stays as it is.
CREATE TYPE access_private.returning AS (
    moved_table text, moved_column text, moved_id uuid, label_id int, draft_of uuid, fate text);

CREATE FUNCTION access_private.undo_plan(merge uuid) RETURNS SETOF access_private.returning
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    step record;
    leads_to uuid := (SELECT m.into_id FROM records_merge m WHERE m.id = merge);
BEGIN
    FOR step IN SELECT DISTINCT m.moved_table, m.moved_column FROM access_private.moved m
                WHERE m.merge_id = merge AND m.moved_column <> '' ORDER BY 1, 2
    LOOP
        RETURN QUERY EXECUTE format($q$
            SELECT %1$L, %2$L, r.id, r.label_id, r.draft_of,
                   CASE WHEN m.version_back IS NOT NULL THEN 'returned'
                        WHEN r.%2$I IS DISTINCT FROM $2 THEN 'elsewhere'
                        WHEN access_private.lock_on(%1$L, to_jsonb(r)) IS NOT NULL THEN 'locked'
                        WHEN access_private.content(to_jsonb(r)) - ever.moved
                             IS DISTINCT FROM access_private.content(h.after) - ever.moved THEN 'changed'
                        ELSE 'goes back' END
            FROM access_private.moved m JOIN %1$I r ON r.id = m.moved_id
            CROSS JOIN LATERAL (SELECT ARRAY(SELECT x.moved_column FROM access_private.moved x
                                             WHERE x.moved_id = r.id AND x.moved_column <> '') AS moved) ever
            LEFT JOIN LATERAL (SELECT e.after FROM records_historyentry e
                               WHERE e.record_id = r.id AND e.version = m.version ORDER BY e.id DESC LIMIT 1) h ON true
            WHERE m.merge_id = $1 AND m.moved_table = %1$L AND m.moved_column = %2$L
            $q$, step.moved_table, step.moved_column) USING merge, leads_to;
    END LOOP;
END $$;

-- The same, of what the reader may see; nothing where they may not see the merge.
CREATE FUNCTION records.undo_plan(merge uuid)
RETURNS TABLE (moved_table text, moved_column text, moved_id uuid, fate text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reader access_private.principal := access.me();
BEGIN
    RETURN QUERY SELECT p.moved_table, p.moved_column, p.moved_id, p.fate
    FROM access_private.undo_plan(merge) p
    WHERE p.label_id = ANY (reader.labels)
      AND (p.draft_of IS NULL OR p.draft_of = reader.user_id OR 'review' = ANY (reader.permissions))
      AND EXISTS (SELECT 1 FROM records_merge m WHERE m.id = merge AND m.label_id = ANY (reader.labels));
END $$;

-- 3. Who may, and what can be merged -------------------------------------------------------------------------------

-- Whether one of two records hangs on the other by a link to its own kind (is part of it, amends it, derives from it):
-- then they are two things.
CREATE FUNCTION access_private.hang_together(kind text, one uuid, other uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    link text;
    found boolean;
BEGIN
    FOR link IN SELECT e.child_column FROM access_private.edge e WHERE e.child_table = kind AND e.parent_table = kind LOOP
        EXECUTE format('WITH RECURSIVE up(id, above) AS ('
                       '    SELECT r.id, r.%1$I FROM %2$I r WHERE r.id IN ($1, $2)'
                       '    UNION SELECT r.id, r.%1$I FROM %2$I r JOIN up ON r.id = up.above) '
                       'SELECT EXISTS (SELECT 1 FROM up WHERE above IN ($1, $2))', link, kind) INTO found USING one, other;
        IF found THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;

-- Runs after the label is set. A merge above the reader, or of records they do not see, is the policy's to refuse.
CREATE FUNCTION access_private.guard_merge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    is_part constant boolean := pg_trigger_depth() > 1;    -- done by a merge of what both are parts of
    kind text := access_private.table_of(NEW.record_type_id);
    reader access_private.principal;
    author uuid;
    told jsonb;
    until date;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NOT is_part AND NOT access_private.owner_at_work()
           AND (NOT access_private.columns_changed(to_jsonb(OLD), to_jsonb(NEW)) <@ '{withdrawn_at,withdrawn_reason}'
                OR OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NULL) THEN
            RAISE EXCEPTION 'a merge is undone, never changed' USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT access_private.owner_at_work() THEN
        reader := access.me();
        IF NEW.label_id IS NULL OR (NOT is_part AND NEW.label_id <> ALL (reader.labels)) THEN
            RETURN NEW;
        END IF;
    END IF;
    -- So that no two merges cross.
    EXECUTE format('SELECT 1 FROM %I r WHERE r.id IN ($1, $2) ORDER BY r.id FOR UPDATE', kind) USING NEW.record_id, NEW.into_id;
    FOR author, told IN EXECUTE format('SELECT r.author_id, to_jsonb(r) FROM %I r WHERE r.id IN ($1, $2)', kind)
        USING NEW.record_id, NEW.into_id
    LOOP
        IF told ->> 'withdrawn_at' IS NOT NULL OR told ->> 'draft_of' IS NOT NULL OR NEW.review_state = 'draft' THEN
            RAISE EXCEPTION 'only records in use are merged' USING ERRCODE = '23514', CONSTRAINT = 'merge_possible';
        END IF;
        until := access_private.lock_on(kind, told);
        IF until IS NOT NULL THEN
            PERFORM access_private.refuse_locked(until);
        END IF;
        IF NOT is_part AND reader.user_id IS NOT NULL
           AND access_private.has_written((told ->> 'id')::uuid, author, reader.user_id) THEN
            RAISE EXCEPTION 'whoever wrote a record does not merge it' USING ERRCODE = '42501';
        END IF;
    END LOOP;
    IF NEW.record_id = NEW.into_id OR access_private.hang_together(kind, NEW.record_id, NEW.into_id)
       OR NOT is_part AND NOT coalesce((SELECT r.alone FROM access_private.merge_rule r WHERE r.record_table = kind), false)
       OR is_part <> (NEW.part_of_id IS NOT NULL) THEN
        RAISE EXCEPTION 'these two are not merged' USING ERRCODE = '23514', CONSTRAINT = 'merge_possible';
    END IF;
    -- A token whose scope leaves the kind out does not merge it by the way.
    IF NOT is_part AND reader.name IS NOT NULL AND NOT access.may_write(kind, 'merge') THEN
        RAISE EXCEPTION 'merging is not allowed to this reader' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- 4. Merging, and undoing it ---------------------------------------------------------------------------------------

CREATE FUNCTION access_private.merge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kind text := access_private.table_of(NEW.record_type_id);
    plan access_private.planned[] := ARRAY(
        SELECT p FROM access_private.merge_plan(NEW.record_type_id, NEW.record_id, NEW.into_id) p WHERE p.until IS NULL);
    folded uuid[];
    step record;
    raises boolean;
BEGIN
    -- Parts that say the same of both: each stands once, with the sources of both.
    FOR step IN SELECT DISTINCT ON (p.child_id) p.child_table, p.child_id, p.fold_into FROM unnest(plan) p
                WHERE p.fold_into IS NOT NULL ORDER BY p.child_id, p.fold_into
    LOOP
        INSERT INTO records_merge (id, reference, external_id, level, compartments, review_state, author_id, version,
                                   recorded_at, updated_at, withdrawn_reason, record_type_id, record_id, into_id,
                                   reason, part_of_id)
        SELECT gen_random_uuid(), access_private.new_reference(), '', 0, '{}', NEW.review_state, NEW.author_id, 1,
               now(), now(), '', c.id, step.child_id, step.fold_into, NEW.reason, NEW.id
        FROM django_content_type c WHERE access_private.table_of(c.id) = step.child_table;
        folded := folded || step.child_id;
    END LOOP;
    -- Where the merged record is the more secret one, what hung on it stays so: it was as secret as its label said.
    EXECUTE format('SELECT NOT (ours.level >= theirs.level AND ours.compartments @> theirs.compartments) '
                   'FROM %1$I r JOIN access_label theirs ON theirs.id = r.label_id, '
                   '     %1$I k JOIN access_label ours ON ours.id = k.label_id WHERE r.id = $1 AND k.id = $2', kind)
        INTO raises USING NEW.record_id, NEW.into_id;
    FOR step IN SELECT p.child_table, p.child_column, array_agg(p.child_id) AS ids FROM unnest(plan) p
                WHERE folded IS NULL OR p.child_id <> ALL (folded) GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        EXECUTE format('INSERT INTO access_private.moved SELECT $1, %1$L, r.id, %2$L, r.version + 1, '
                       'CASE WHEN $3 THEN r.level END, CASE WHEN $3 THEN r.compartments END '
                       'FROM %1$I r WHERE r.id = ANY ($2)', step.child_table, step.child_column)
            USING NEW.id, step.ids, raises;
        EXECUTE format('UPDATE %1$I r SET %2$I = $1, '
                       'level = CASE WHEN $3 THEN greatest(r.level, l.level) ELSE r.level END, '
                       'compartments = CASE WHEN $3 THEN ARRAY(SELECT unnest(r.compartments) UNION SELECT '
                       'unnest(l.compartments) ORDER BY 1) ELSE r.compartments END '
                       'FROM access_label l WHERE l.id = r.label_id AND r.id = ANY ($2)',
                       step.child_table, step.child_column) USING NEW.into_id, step.ids, raises;
    END LOOP;
    EXECUTE format('INSERT INTO access_private.moved SELECT $1, %1$L, r.id, '''', r.version + 1, r.level, r.compartments '
                   'FROM %1$I r WHERE r.id = $2', kind) USING NEW.id, NEW.record_id;
    EXECUTE format('UPDATE %I SET withdrawn_at = statement_timestamp(), withdrawn_reason = $2 WHERE id = $1', kind)
        USING NEW.record_id, NEW.reason;
    PERFORM access_private.follow_kept(kind, NEW.record_id, NEW.label_id);
    RETURN NULL;
END $$;

-- The merged record is at least as secret as the merge, and so as the kept record: to who may not see that one, both
-- its address and its name are nobody's.
CREATE FUNCTION access_private.follow_kept(kind text, merged uuid, merge_label int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('UPDATE %I r SET level = greatest(r.level, l.level), '
                   'compartments = ARRAY(SELECT unnest(r.compartments) UNION SELECT unnest(l.compartments) ORDER BY 1) '
                   'FROM access_label l, access_label own WHERE l.id = $2 AND own.id = r.label_id AND r.id = $1 '
                   'AND NOT (own.level >= l.level AND own.compartments @> l.compartments)', kind) USING merged, merge_label;
END $$;

CREATE FUNCTION access_private.raise_merged() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM access_private.follow_kept(access_private.table_of(NEW.record_type_id), NEW.record_id, NEW.label_id);
    RETURN NULL;
END $$;

-- Undoing gives nobody more to read than they have: a row keeps its raised marking where its old one would.
CREATE FUNCTION access_private.unmerge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kind text := access_private.table_of(NEW.record_type_id);
    back access_private.returning[];
    step record;
BEGIN
    UPDATE records_merge SET withdrawn_at = NEW.withdrawn_at, withdrawn_reason = NEW.withdrawn_reason
    WHERE part_of_id = NEW.id AND withdrawn_at IS NULL;
    back := ARRAY(SELECT p FROM access_private.undo_plan(NEW.id) p WHERE p.fate = 'goes back');
    EXECUTE format('WITH told AS (UPDATE access_private.moved m SET version_back = r.version + 1 FROM %1$I r '
                   '              WHERE m.merge_id = $1 AND m.moved_column = '''' AND r.id = m.moved_id RETURNING m.*) '
                   'UPDATE %1$I r SET withdrawn_at = NULL, withdrawn_reason = '''', level = told.was_level, '
                   'compartments = told.was_compartments FROM told WHERE r.id = told.moved_id', kind) USING NEW.id;
    FOR step IN SELECT p.moved_table, p.moved_column, array_agg(p.moved_id) AS ids FROM unnest(back) p
                GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        EXECUTE format('UPDATE access_private.moved m SET version_back = r.version + 1 FROM %1$I r '
                       'WHERE m.merge_id = $1 AND m.moved_column = %2$L AND m.moved_id = ANY ($2) AND r.id = m.moved_id',
                       step.moved_table, step.moved_column) USING NEW.id, step.ids;
        EXECUTE format($q$
            UPDATE %1$I r SET %2$I = $1,
                level = CASE WHEN falls.no_lower THEN m.was_level ELSE r.level END,
                compartments = CASE WHEN falls.no_lower THEN m.was_compartments ELSE r.compartments END
            FROM access_private.moved m,
                 LATERAL (SELECT m.was_level IS NOT NULL AND greatest(m.was_level, above.level) >= now.level
                                 AND m.was_compartments || above.compartments @> now.compartments AS no_lower
                          FROM access_label now, %3$I p JOIN access_label above ON above.id = p.label_id
                          WHERE now.id = (SELECT x.label_id FROM %1$I x WHERE x.id = m.moved_id) AND p.id = $1) falls
            WHERE m.merge_id = $2 AND m.moved_column = %2$L AND m.moved_id = ANY ($3) AND r.id = m.moved_id
            $q$, step.moved_table, step.moved_column, kind) USING NEW.record_id, NEW.id, step.ids;
    END LOOP;
    RETURN NULL;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA records, access_private FROM PUBLIC;
