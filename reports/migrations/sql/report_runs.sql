-- A report is its asker's alone, and only while the asker may read everything in it. The sweeper acts as the system.

CREATE FUNCTION access_private.set_own_label() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- The worker acts as this principal, so nobody writes down another's. Asking again is in the asker's own name.
    IF (TG_OP = 'INSERT' OR NEW.principal <> OLD.principal) AND NOT access_private.owner_at_work()
       AND access.my_role() <> 'system' AND NEW.principal <> access.my_name() THEN
        RAISE EXCEPTION 'a report is asked for in one''s own name' USING ERRCODE = '42501';
    END IF;
    NEW.label_id := access_private.label_for(NEW.level, NEW.compartments);
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

-- A foreign key does not ask the policies: without this a report on a hidden conflict would be taken, one on a missing
-- conflict not, and so the two be told apart.
CREATE POLICY of_a_conflict_seen ON reports_reportrun AS RESTRICTIVE FOR INSERT
    WITH CHECK (EXISTS (SELECT 1 FROM negotiations_conflict c WHERE c.id = conflict_id));
