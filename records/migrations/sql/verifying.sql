-- Checks the history, the events and the seals against each other and against the records. Run once by the owner.

-- The names of the columns both rows have in which they differ. A column that a migration has added or taken away since
-- is no difference.
CREATE FUNCTION access_private.differing(one jsonb, other jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN one IS DISTINCT FROM other THEN (
        SELECT string_agg(o.key, ', ' ORDER BY o.key) FROM jsonb_each(one) o
        WHERE other ? o.key AND other -> o.key IS DISTINCT FROM o.value) END
$$;

-- What is wrong, one row for each: a word for the problem, table, identifier and reference of the record, number of the
-- entry, event or seal, and more about it. Entries, events and seals from before "since" are not computed again; every
-- record is always compared. The records are those of the tables given. For the system alone.
CREATE FUNCTION records.verify_history(tables text[], since timestamptz)
RETURNS TABLE (problem text, record_table text, record_id uuid, reference text, number bigint, detail text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    asked text;
    now_there text;
BEGIN
    IF access.my_role() <> 'system' THEN
        RAISE EXCEPTION 'only the system verifies the history' USING ERRCODE = '42501';
    END IF;

    -- 1. Every entry gives its hash, follows the one before it, and begins with the row that one ended with.
    RETURN QUERY
    SELECT w.problem, e.record_table::text, e.record_id, coalesce(e.after, e.before) ->> 'reference', e.id, w.detail
    FROM records_historyentry e
    LEFT JOIN LATERAL (
        SELECT p.id, p.hash, p.version, p.after FROM records_historyentry p
        WHERE p.record_id = e.record_id AND p.id < e.id ORDER BY p.id DESC LIMIT 1) b ON true
    CROSS JOIN LATERAL (
        SELECT 'entry_changed' AS problem, '' AS detail WHERE access_private.history_hash(e) IS DISTINCT FROM e.hash
        UNION ALL
        SELECT CASE WHEN b.id IS NULL THEN 'first_entry_missing' ELSE 'entry_link' END, coalesce(b.id::text, '')
        WHERE e.previous_hash IS DISTINCT FROM b.hash
        UNION ALL
        SELECT 'entry_step', coalesce(b.id::text, '')
        WHERE CASE WHEN b.id IS NULL THEN e.previous_hash IS NULL AND (e.operation <> 'INSERT' OR e.version <> 1)
                   ELSE e.operation = 'INSERT' OR e.version NOT IN (b.version, b.version + 1)
                        OR access_private.differing(e.before, b.after) IS NOT NULL END) w
    WHERE e.at >= since;

    -- 2. Every record is what its last entry says.
    FOREACH asked IN ARRAY tables LOOP
        RETURN QUERY EXECUTE format(
            'SELECT CASE WHEN l.id IS NULL THEN ''history_missing'' ELSE ''record_changed'' END, %1$L, r.id, '
            '       r.reference::text, l.id, access_private.differing(l.after, to_jsonb(r)) '
            'FROM %1$I r LEFT JOIN LATERAL (SELECT e.id, e.after FROM records_historyentry e '
            '     WHERE e.record_id = r.id ORDER BY e.id DESC LIMIT 1) l ON true '
            'WHERE l.id IS NULL OR l.after IS NULL OR access_private.differing(l.after, to_jsonb(r)) IS NOT NULL', asked);
        RETURN QUERY
        SELECT 'trigger_off', asked, NULL::uuid, NULL::text, NULL::bigint, ''
        WHERE (SELECT count(*) FROM pg_trigger WHERE tgrelid = asked::regclass AND tgenabled IN ('O', 'A')
               AND tgname IN ('zz_begin_history', 'zz_write_history')) < 2;
    END LOOP;
    RETURN QUERY
    SELECT 'trigger_off', t.name, NULL::uuid, NULL::text, NULL::bigint, ''
    FROM unnest('{records_historyentry,access_event,records_historyseal}'::text[]) t(name)
    WHERE (SELECT count(*) FROM pg_trigger WHERE tgrelid = t.name::regclass AND tgenabled IN ('O', 'A')
           AND tgname IN ('frozen', 'frozen_whole')) < 2;

    -- 3. Every entry belongs to a record that is there, and is seen by whoever may see that record now.
    SELECT string_agg(format('SELECT %1$L AS record_table, id, label_id, draft_of FROM %1$I', t), ' UNION ALL ')
    INTO now_there FROM unnest(tables) t;
    RETURN QUERY EXECUTE format(
        'SELECT CASE WHEN r.id IS NOT NULL THEN ''entry_seen_by_others'' '
        '            WHEN e.operation = ''DELETE'' THEN ''record_deleted'' ELSE ''record_missing'' END, '
        '       e.record_table::text, e.record_id, coalesce(e.after, e.before) ->> ''reference'', e.id, '''' '
        'FROM records_historyentry e LEFT JOIN (%s) r ON r.id = e.record_id AND r.record_table = e.record_table '
        'WHERE CASE WHEN r.id IS NULL '
        '      THEN NOT EXISTS (SELECT 1 FROM records_historyentry n WHERE n.record_id = e.record_id AND n.id > e.id) '
        '      ELSE (e.record_label_id, e.record_draft_of) IS DISTINCT FROM (r.label_id, r.draft_of) END', now_there);

    -- 4. Every event gives its hash and follows the one before it of the same principal.
    RETURN QUERY
    SELECT w.problem, NULL::text, NULL::uuid, NULL::text, e.id, w.detail
    FROM access_event e
    LEFT JOIN LATERAL (
        SELECT p.id, p.hash FROM access_event p
        WHERE p.principal = e.principal AND p.id < e.id ORDER BY p.id DESC LIMIT 1) b ON true
    CROSS JOIN LATERAL (
        SELECT 'event_changed' AS problem, '' AS detail WHERE access_private.event_hash(e) IS DISTINCT FROM e.hash
        UNION ALL
        SELECT CASE WHEN b.id IS NULL THEN 'first_event_missing' ELSE 'event_link' END, coalesce(b.id::text, '')
        WHERE e.previous_hash IS DISTINCT FROM b.hash) w
    WHERE e.at >= since;

    -- 5. Every seal follows the one before it, and what it covers is there and unchanged.
    RETURN QUERY
    SELECT w.problem, NULL::text, NULL::uuid, NULL::text, s.id, w.detail
    FROM (SELECT seal, lag(seal.id, 1, 0::bigint) OVER chain AS id_before, lag(seal.hash) OVER chain AS hash_before
          FROM records_historyseal seal WINDOW chain AS (ORDER BY seal.id)) c
    CROSS JOIN LATERAL (SELECT (c.seal).*) s
    CROSS JOIN LATERAL access_private.sealed('records_historyentry', s.entry_ids) entry
    CROSS JOIN LATERAL access_private.sealed('access_event', s.event_ids) event
    CROSS JOIN LATERAL (
        SELECT CASE WHEN s.id <> c.id_before + 1 THEN 'seal_missing' ELSE 'seal_link' END AS problem, '' AS detail
        WHERE s.id <> c.id_before + 1 OR s.previous_hash IS DISTINCT FROM c.hash_before
        UNION ALL
        SELECT 'sealed_entries_missing', (s.entry_ids - entry.present)::text WHERE s.entry_ids <> entry.present
        UNION ALL
        SELECT 'sealed_events_missing', (s.event_ids - event.present)::text WHERE s.event_ids <> event.present
        UNION ALL
        SELECT 'seal_broken', '' WHERE s.entry_ids = entry.present AND s.event_ids = event.present
               AND access_private.seal_hash(c.seal, entry.hash, event.hash) IS DISTINCT FROM s.hash) w
    WHERE s.at >= since;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA records, access_private FROM PUBLIC;
