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

CREATE FUNCTION access_private.write_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    act jsonb := coalesce(nullif(current_setting('parley.act', true), ''), '{}')::jsonb;
    reader access_private.principal;
    record_row jsonb := coalesce(new_row, old_row);
    happened timestamptz := clock_timestamp();
    chained bytea;
    told jsonb;
BEGIN
    IF coalesce(current_setting('parley.reader', true), '') <> '' THEN
        reader := access.me();
    ELSE
        reader.name := 'owner';
        reader.role := 'owner';
    END IF;
    IF TG_OP = 'UPDATE' AND old_row = new_row THEN
        RETURN NULL;
    END IF;
    SELECT hash INTO chained FROM records_historyentry
    WHERE record_id = (record_row ->> 'id')::uuid ORDER BY id DESC LIMIT 1;
    told := jsonb_build_object('table', TG_TABLE_NAME, 'id', record_row ->> 'id', 'operation', TG_OP,
                               'version', record_row -> 'version', 'at', happened, 'principal', reader.name,
                               'user', reader.user_id, 'role', reader.role, 'door', coalesce(act ->> 'door', ''),
                               'reason', coalesce(act ->> 'reason', ''),
                               'request', coalesce(act ->> 'request_id', ''), 'before', old_row, 'after', new_row);
    INSERT INTO records_historyentry (record_table, record_id, operation, version, at, principal, user_id, role, door,
                                      reason, request_id, before, after, label_id, record_label_id, draft_of,
                                      previous_hash, hash)
    VALUES (TG_TABLE_NAME, (record_row ->> 'id')::uuid, TG_OP, (record_row ->> 'version')::int, happened, reader.name,
            reader.user_id, reader.role, coalesce(act ->> 'door', ''), coalesce(act ->> 'reason', ''),
            coalesce(act ->> 'request_id', ''), old_row, new_row, (record_row ->> 'label_id')::int,
            (record_row ->> 'label_id')::int, (record_row ->> 'draft_of')::uuid, chained,
            sha256(coalesce(chained, '') || convert_to(told::text, 'UTF8')));
    IF TG_OP = 'UPDATE' AND (old_row -> 'label_id', old_row -> 'draft_of') IS DISTINCT FROM (new_row -> 'label_id', new_row -> 'draft_of') THEN
        UPDATE records_historyentry
        SET record_label_id = (new_row ->> 'label_id')::int, draft_of = (new_row ->> 'draft_of')::uuid
        WHERE record_id = (record_row ->> 'id')::uuid;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON records_historyentry
    FOR EACH ROW EXECUTE FUNCTION access_private.refuse_rewriting();
CREATE TRIGGER frozen_whole BEFORE TRUNCATE ON records_historyentry
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refuse_rewriting();

ALTER TABLE records_historyentry ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON records_historyentry FOR SELECT USING (
    label_id IN (SELECT unnest(access.my_labels())) AND record_label_id IN (SELECT unnest(access.my_labels()))
    AND (draft_of IS NULL OR draft_of = (SELECT access.my_user()) OR (SELECT access.may('review'))));

-- 3. Search: words under the record's label, found through one function -----------------------------------------

CREATE INDEX search_document ON records_searchentry USING gin (document);
CREATE INDEX search_words ON records_searchentry USING gin (words gin_trgm_ops);

-- Arguments: the columns whose words are searched.
CREATE FUNCTION access_private.index_words() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    new_row jsonb := to_jsonb(NEW);
    told text := concat_ws(' ', NEW.reference, NEW.external_id);
BEGIN
    FOR i IN 0 .. TG_NARGS - 1 LOOP
        told := concat_ws(' ', told, new_row ->> TG_ARGV[i]);
    END LOOP;
    told := lower(unaccent(told));
    INSERT INTO records_searchentry AS s (record_id, record_table, words, document, label_id, draft_of, is_withdrawn)
    VALUES (NEW.id, TG_TABLE_NAME, told, to_tsvector('records.plain', told), NEW.label_id, NEW.draft_of,
            NEW.withdrawn_at IS NOT NULL)
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
