-- A report is its asker's alone, and only while the asker may read everything in it. The sweeper acts as the system.

CREATE FUNCTION access_private.set_own_label() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.label_id := access.label_for(NEW.level, NEW.compartments);
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION access_private.set_own_label() FROM PUBLIC;

CREATE TRIGGER a_set_label BEFORE INSERT OR UPDATE ON reports_reportrun
    FOR EACH ROW EXECUTE FUNCTION access_private.set_own_label();

ALTER TABLE reports_reportrun ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reports_reportrun USING (
    (SELECT access.my_role()) = 'system'
    OR (owner_id = (SELECT access.my_user()) AND label_id IN (SELECT unnest(access.my_labels()))))
    WITH CHECK ((SELECT access.may('report')) AND (
        (SELECT access.my_role()) = 'system'
        OR (owner_id = (SELECT access.my_user()) AND label_id IN (SELECT unnest(access.my_labels())))));
