-- What the database keeps of every record by itself: version and times, history, search entry. Run once by the owner.

CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE SCHEMA records;

-- There is no Ukrainian configuration in PostgreSQL: words as they are, without accents, for every language alike.
CREATE TEXT SEARCH CONFIGURATION records.plain (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION records.plain ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, simple;

-- 1. Version and times: nobody sets them by hand ---------------------------------------------------------------

CREATE FUNCTION access_private.keep_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.version := 1;
        NEW.recorded_at := statement_timestamp();
        NEW.updated_at := NEW.recorded_at;
        RETURN NEW;
    END IF;
    NEW.id := OLD.id;
    NEW.reference := OLD.reference;
    NEW.author_id := OLD.author_id;
    NEW.recorded_at := OLD.recorded_at;
    NEW.version := OLD.version;
    NEW.updated_at := OLD.updated_at;
    IF to_jsonb(NEW) - '{label_id,draft_of}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{label_id,draft_of}'::text[] THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := statement_timestamp();
    END IF;
    RETURN NEW;
END $$;

-- 2. History: written here whatever the door, chained by hash, never rewritten -----------------------------------

-- What an entry's hash covers: the entry and the hash of the one before in the chain of the same record, but not who
-- may see the record now. Times are counted in seconds, so that the session's time zone does not matter.
CREATE FUNCTION access_private.entry_hash(previous bytea, told jsonb) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(previous, '') || convert_to(told::text, 'UTF8'))
$$;

CREATE FUNCTION access_private.history_hash(e records_historyentry) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT access_private.entry_hash(e.previous_hash, jsonb_build_object(
        'entry', e.id, 'table', e.record_table, 'id', e.record_id, 'operation', e.operation, 'version', e.version,
        'at', extract(epoch FROM e.at), 'principal', e.principal, 'user', e.user_id, 'role', e.role, 'door', e.door,
        'reason', e.reason, 'request', e.request_id, 'before', e.before, 'after', e.after, 'label', e.label_id,
        'draft', e.draft_of))
$$;

-- Of changes; the first entry is begun below. Two writers of one record cannot fork its chain: this runs while the writer holds the record's row, and the second
-- one, once it gets the row, reads what the first has committed. Rows are kept as they read in UTC.
CREATE FUNCTION access_private.write_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    old_row jsonb := to_jsonb(OLD);
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    act jsonb := coalesce(nullif(current_setting('parley.act', true), ''), '{}')::jsonb;
    reader access_private.principal;
    record_row jsonb := coalesce(new_row, old_row);
    told records_historyentry;
BEGIN
    IF access_private.owner_at_work() THEN
        reader.name := 'owner';
        reader.role := 'owner';
    ELSE
        reader := access.me();
    END IF;
    IF TG_OP = 'UPDATE' AND old_row = new_row THEN
        RETURN NULL;
    END IF;
    told.record_table := TG_TABLE_NAME;
    told.record_id := record_row ->> 'id';
    SELECT hash INTO told.previous_hash FROM records_historyentry
    WHERE record_id = told.record_id ORDER BY id DESC LIMIT 1;
    told.id := nextval(pg_get_serial_sequence('records_historyentry', 'id'));
    told.operation := TG_OP;
    told.version := record_row ->> 'version';
    told.at := clock_timestamp();
    told.principal := reader.name;
    told.user_id := reader.user_id;
    told.role := reader.role;
    told.door := coalesce(act ->> 'door', '');
    told.reason := coalesce(act ->> 'reason', '');
    told.request_id := coalesce(act ->> 'request_id', '');
    told.before := old_row;
    told.after := new_row;
    -- An entry holds the record as it was and as it became, so it is at least as secret as both.
    told.label_id := record_row ->> 'label_id';
    IF TG_OP = 'UPDATE' AND OLD.label_id <> NEW.label_id THEN
        SELECT access_private.label_for(max(l.level), array_agg(c) FILTER (WHERE c IS NOT NULL)) INTO told.label_id
        FROM access_label l LEFT JOIN unnest(l.compartments) c ON true
        WHERE l.id IN (OLD.label_id, NEW.label_id);
    END IF;
    told.draft_of := coalesce(new_row ->> 'draft_of', old_row ->> 'draft_of');
    told.record_label_id := record_row ->> 'label_id';
    told.record_draft_of := record_row ->> 'draft_of';
    told.hash := access_private.history_hash(told);
    INSERT INTO records_historyentry SELECT told.*;
    IF TG_OP = 'UPDATE' AND (OLD.label_id, OLD.draft_of) IS DISTINCT FROM (NEW.label_id, NEW.draft_of) THEN
        UPDATE records_historyentry SET record_label_id = NEW.label_id, record_draft_of = NEW.draft_of
        WHERE record_id = told.record_id;
    END IF;
    RETURN NULL;
END $$;

-- The first entry of each record of one INSERT, however many there are: who acts is asked once, not for every record.
CREATE FUNCTION access_private.begin_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    act jsonb := coalesce(nullif(current_setting('parley.act', true), ''), '{}')::jsonb;
    reader access_private.principal;
BEGIN
    IF access_private.owner_at_work() THEN
        reader.name := 'owner';
        reader.role := 'owner';
    ELSE
        reader := access.me();
    END IF;
    INSERT INTO records_historyentry (
        id, record_table, record_id, operation, version, at, principal, user_id, role, door, reason, request_id, after,
        label_id, draft_of, record_label_id, record_draft_of, previous_hash, hash)
    SELECT e.id, TG_TABLE_NAME, e.record_id, TG_OP, e.version, e.at, reader.name, reader.user_id, reader.role,
           coalesce(act ->> 'door', ''), coalesce(act ->> 'reason', ''), coalesce(act ->> 'request_id', ''), e.after,
           e.label_id, e.draft_of, e.label_id, e.draft_of, e.previous_hash,
           access_private.entry_hash(e.previous_hash, jsonb_build_object(
               'entry', e.id, 'table', TG_TABLE_NAME, 'id', e.record_id, 'operation', TG_OP, 'version', e.version,
               'at', extract(epoch FROM e.at), 'principal', reader.name, 'user', reader.user_id, 'role', reader.role,
               'door', coalesce(act ->> 'door', ''), 'reason', coalesce(act ->> 'reason', ''),
               'request', coalesce(act ->> 'request_id', ''), 'before', NULL, 'after', e.after, 'label', e.label_id,
               'draft', e.draft_of))
    FROM (SELECT nextval('records_historyentry_id_seq') AS id, a.id AS record_id, a.version, clock_timestamp() AS at,
                 to_jsonb(a) AS after, a.label_id, a.draft_of,
                 (SELECT h.hash FROM records_historyentry h WHERE h.record_id = a.id ORDER BY h.id DESC LIMIT 1)
                 AS previous_hash
          FROM added a OFFSET 0) e;
    RETURN NULL;
END $$;

CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON records_historyentry
    FOR EACH ROW EXECUTE FUNCTION access_private.refuse_rewriting();
CREATE TRIGGER frozen_whole BEFORE TRUNCATE ON records_historyentry
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refuse_rewriting();

ALTER TABLE records_historyentry ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON records_historyentry FOR SELECT USING (
    label_id IN (SELECT unnest(access.my_labels())) AND record_label_id IN (SELECT unnest(access.my_labels()))
    AND (draft_of IS NULL OR draft_of = (SELECT access.my_user()) OR (SELECT access.may('review')))
    AND (record_draft_of IS NULL OR record_draft_of = (SELECT access.my_user()) OR (SELECT access.may('review'))));

-- 3. Search: words under the record's label, found through one function -----------------------------------------

CREATE INDEX search_document ON records_searchentry USING gin (document);
CREATE INDEX search_words ON records_searchentry USING gin (words gin_trgm_ops);

-- What of a record is searched: reference, identifier elsewhere, and the columns named.
CREATE FUNCTION access_private.words_of(record_row jsonb, columns text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT lower(unaccent(string_agg(record_row ->> c.name, ' ' ORDER BY c.place)))
    FROM unnest('{reference,external_id}'::text[] || columns) WITH ORDINALITY c(name, place)
$$;

-- Once for all records of one statement. Arguments: the columns whose words are searched.
CREATE FUNCTION access_private.index_words() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    columns constant text[] := (SELECT array_agg(a) FROM unnest(TG_ARGV) a);
BEGIN
    INSERT INTO records_searchentry AS s (record_id, record_table, words, document, label_id, draft_of, is_withdrawn)
    SELECT w.id, TG_TABLE_NAME, w.words, to_tsvector('records.plain', w.words), w.label_id, w.draft_of, w.is_withdrawn
    FROM (SELECT r.id, access_private.words_of(to_jsonb(r), columns) AS words, r.label_id, r.draft_of,
                 r.withdrawn_at IS NOT NULL AS is_withdrawn
          FROM written r OFFSET 0) w
    ON CONFLICT (record_id) DO UPDATE SET words = excluded.words, document = excluded.document,
        label_id = excluded.label_id, draft_of = excluded.draft_of, is_withdrawn = excluded.is_withdrawn;
    RETURN NULL;
END $$;

ALTER TABLE records_searchentry ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON records_searchentry FOR SELECT USING (
    label_id IN (SELECT unnest(access.my_labels()))
    AND (draft_of IS NULL OR draft_of = (SELECT access.my_user()) OR (SELECT access.may('review'))));

-- The operators of text search are not leakproof, so under a policy they may not drive an index. This function puts
-- the same conditions in as constants, where the planner sees them, and returns identifiers only; whoever calls it
-- reads the records themselves under their own policies.
CREATE FUNCTION records.search(query text, most int) RETURNS TABLE (record_table text, record_id uuid, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    told text := lower(public.unaccent(query));
    sees_drafts boolean := access.may('review');
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT s.record_table::text, s.record_id, '
        '       (ts_rank(s.document, q) + public.word_similarity(%1$L, s.words))::real AS rank '
        'FROM public.records_searchentry s, websearch_to_tsquery(''records.plain'', %1$L) q '
        'WHERE s.label_id = ANY (%2$L::int[]) AND (s.draft_of IS NULL OR s.draft_of = %3$L OR %4$L) AND NOT s.is_withdrawn '
        '  AND (s.document @@ q OR s.words LIKE %5$L) '
        'ORDER BY rank DESC, s.record_id LIMIT %6$s',
        told, access.my_labels(), access.my_user(), sees_drafts,
        '%' || replace(replace(replace(told, '\', '\\'), '%', '\%'), '_', '\_') || '%', least(most, 1000));
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA records, access_private FROM PUBLIC;
