-- An import is its asker's alone, and only while the asker may read what it writes. The sweeper acts as the system.

CREATE TRIGGER a_set_label BEFORE INSERT OR UPDATE ON intake_importrun
    FOR EACH ROW EXECUTE FUNCTION access_private.set_own_label();

ALTER TABLE intake_importrun ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON intake_importrun USING (
    (SELECT access.my_role()) = 'system'
    OR (owner_id = (SELECT access.my_user()) AND label_id IN (SELECT unnest(access.my_labels()))))
    WITH CHECK ((SELECT access.may('write')) AND (
        (SELECT access.my_role()) = 'system'
        OR (owner_id = (SELECT access.my_user()) AND label_id IN (SELECT unnest(access.my_labels())))));

-- A foreign key does not ask the policies: an import for a hidden conflict must be refused like one for a missing one.
CREATE POLICY of_a_conflict_seen ON intake_importrun AS RESTRICTIVE FOR INSERT
    WITH CHECK (EXISTS (SELECT 1 FROM negotiations_conflict c WHERE c.id = conflict_id));

-- Which run brought a record is seen by the run's owner and by reviewers, as long as they see the record itself.
ALTER TABLE intake_importedrecord ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON intake_importedrecord FOR SELECT USING (
    EXISTS (SELECT 1 FROM records_historyentry h WHERE h.record_id = intake_importedrecord.record_id)
    AND ((SELECT access.may('review')) OR EXISTS (SELECT 1 FROM intake_importrun r WHERE r.id = run_id)));
CREATE POLICY add ON intake_importedrecord FOR INSERT
    WITH CHECK ((SELECT access.may('write')) AND run_id IN (SELECT r.id FROM intake_importrun r));
