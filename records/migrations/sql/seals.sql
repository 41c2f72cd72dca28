-- Seals: one hash over everything written to the history and the events since the seal before. Run once by the owner.

-- A seal names the very numbers it covers. A transaction that commits late brings rows with smaller numbers than those
-- sealed already: they were no part of that seal, and are of the next.
ALTER TABLE records_historyseal
    ADD COLUMN entry_ids int8multirange NOT NULL,
    ADD COLUMN event_ids int8multirange NOT NULL;

CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON records_historyseal
    FOR EACH ROW EXECUTE FUNCTION access_private.refuse_rewriting();
CREATE TRIGGER frozen_whole BEFORE TRUNCATE ON records_historyseal
    FOR EACH STATEMENT EXECUTE FUNCTION access_private.refuse_rewriting();

-- How many rows there are is more than any reader may know.
ALTER TABLE records_historyseal ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON records_historyseal FOR SELECT USING ((SELECT access.my_role()) = 'system');

-- Of the rows with these numbers: which there are, how many, the last, and one hash over their hashes in order.
CREATE FUNCTION access_private.sealed(sealed_table text, ids int8multirange, OUT present int8multirange,
                                      OUT number bigint, OUT last bigint, OUT hash bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('SELECT coalesce(range_agg(int8range(e.id, e.id, ''[]'')), ''{}''), count(*), max(e.id), '
                   'sha256(coalesce(string_agg(e.hash, ''''::bytea ORDER BY e.id), '''')) '
                   'FROM unnest($1) r JOIN %I e ON e.id >= lower(r) AND e.id < upper(r)', sealed_table)
    INTO present, number, last, hash USING ids;
END $$;

-- The numbers of the rows that no seal covers, found by looking only where none does.
CREATE FUNCTION access_private.unsealed(sealed_table text, covered int8multirange) RETURNS int8multirange
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    everything constant int8multirange := int8multirange(int8range(0, 9223372036854775807));
    found_ids int8multirange;
BEGIN
    EXECUTE format('SELECT coalesce(range_agg(int8range(e.id, e.id, ''[]'')), ''{}'') '
                   'FROM unnest($1) r JOIN %I e ON e.id >= lower(r) AND e.id < upper(r)', sealed_table)
    INTO found_ids USING everything - covered;
    RETURN found_ids;
END $$;

-- What a seal's hash covers: the seal, the hashes of what it covers, and the hash of the one before.
CREATE FUNCTION access_private.seal_hash(s records_historyseal, entry_hash bytea, event_hash bytea) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(s.previous_hash, '') || convert_to(jsonb_build_object(
        'seal', s.id, 'at', extract(epoch FROM s.at), 'entries', s.entries, 'last_entry', s.last_entry,
        'events', s.events, 'last_event', s.last_event, 'entry_ids', s.entry_ids::text,
        'event_ids', s.event_ids::text, 'entry_hash', encode(entry_hash, 'hex'),
        'event_hash', encode(event_hash, 'hex'))::text, 'UTF8'))
$$;

-- Makes the next seal and returns it; all of it NULL where nothing was written since the last one. For the system alone.
CREATE FUNCTION records.seal_history() RETURNS records_historyseal
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before records_historyseal;
    made records_historyseal;
    entry_hash bytea;
    event_hash bytea;
BEGIN
    IF access.my_role() <> 'system' THEN
        RAISE EXCEPTION 'only the system seals the history' USING ERRCODE = '42501';
    END IF;
    -- One seal after the other; the next waits until this one is committed, and then sees it.
    PERFORM pg_advisory_xact_lock(hashtextextended('records_historyseal', 0));
    SELECT * INTO before FROM records_historyseal ORDER BY id DESC LIMIT 1;
    SELECT access_private.unsealed('records_historyentry', coalesce(range_agg(s.entry_ids), '{}')),
           access_private.unsealed('access_event', coalesce(range_agg(s.event_ids), '{}'))
    INTO made.entry_ids, made.event_ids FROM records_historyseal s;
    IF isempty(made.entry_ids) AND isempty(made.event_ids) THEN
        RETURN NULL;
    END IF;
    made.id := coalesce(before.id, 0) + 1;
    made.at := clock_timestamp();
    made.previous_hash := before.hash;
    SELECT number, last, hash INTO made.entries, made.last_entry, entry_hash
    FROM access_private.sealed('records_historyentry', made.entry_ids);
    SELECT number, last, hash INTO made.events, made.last_event, event_hash
    FROM access_private.sealed('access_event', made.event_ids);
    made.hash := access_private.seal_hash(made, entry_hash, event_hash);
    INSERT INTO records_historyseal SELECT made.*;
    RETURN made;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA records, access_private FROM PUBLIC;
