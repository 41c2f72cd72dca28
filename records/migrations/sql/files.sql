-- Files: what was received never changes, and what no record has taken up is its uploader's alone.

CREATE FUNCTION access_private.keep_file() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.file, NEW.file_name, NEW.media_type, NEW.size, NEW.sha256)
       IS DISTINCT FROM (OLD.file, OLD.file_name, OLD.media_type, OLD.size, OLD.sha256) THEN
        RAISE EXCEPTION 'a file that was received never changes' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION access_private.guard_upload() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.owner_id, NEW.kept_at) IS DISTINCT FROM (OLD.owner_id, OLD.kept_at) THEN
        RAISE EXCEPTION 'whose file it is never changes' USING ERRCODE = '42501';
    END IF;
    NEW.label_id := access_private.label_for(NEW.level, NEW.compartments);
    RETURN NEW;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA access_private FROM PUBLIC;

CREATE TRIGGER a_guard BEFORE INSERT OR UPDATE ON records_upload
    FOR EACH ROW EXECUTE FUNCTION access_private.guard_upload();
CREATE TRIGGER d_keep_file BEFORE UPDATE ON records_upload
    FOR EACH ROW EXECUTE FUNCTION access_private.keep_file();
CREATE TRIGGER d_keep_file BEFORE UPDATE ON records_attachment
    FOR EACH ROW EXECUTE FUNCTION access_private.keep_file();

-- The clock acts as the system: it deletes the files that nobody took up.
ALTER TABLE records_upload ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON records_upload USING (
    (SELECT access.my_role()) = 'system'
    OR (owner_id = (SELECT access.my_user()) AND (SELECT access.may('write'))
        AND label_id IN (SELECT mine FROM unnest(access.my_own_labels()) mine)));
