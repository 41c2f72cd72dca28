-- A kept form is its typist's alone: no reviewer, no administrator, no token reads it. It is marked like a record, with
-- what its typist was cleared for, and vanishes from their own sight when they lose a right they had while typing.

CREATE FUNCTION access_private.guard_kept_form() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.user_id, NEW.form, NEW.record_id, NEW.created_at)
                            IS DISTINCT FROM (OLD.user_id, OLD.form, OLD.record_id, OLD.created_at) THEN
        RAISE EXCEPTION 'whose form it is, and of what, never changes' USING ERRCODE = '42501';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.saved_as IS NOT NULL THEN
        RAISE EXCEPTION 'a form that was saved never changes' USING ERRCODE = '42501';
    END IF;
    NEW.label_id := access_private.label_for(NEW.level, NEW.compartments);
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION access_private.guard_kept_form() FROM PUBLIC;

CREATE TRIGGER a_guard BEFORE INSERT OR UPDATE ON desk_keptform
    FOR EACH ROW EXECUTE FUNCTION access_private.guard_kept_form();

ALTER TABLE desk_keptform ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON desk_keptform USING (
    (SELECT access.my_name()) = 'user:' || user_id::text AND (SELECT access.may('write'))
    AND label_id IN (SELECT mine FROM unnest(access.my_own_labels()) mine));
-- The clock purges unread what was kept 90 days ago or discarded a day ago.
CREATE POLICY purged ON desk_keptform FOR DELETE USING (
    (SELECT access.my_role()) = 'system'
    AND (kept_at < now() - interval '90 days' OR discarded_at < now() - interval '1 day'));
