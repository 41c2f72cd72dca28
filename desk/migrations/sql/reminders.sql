-- A reminder is whose it is alone, and only while they may see what it reminds of: it has that record's label, now and
-- whatever becomes of it later. Run once by the owner.

CREATE FUNCTION access_private.guard_reminder() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.user_id, NEW.item_table, NEW.item, NEW.due_on, NEW.made_at)
                            IS DISTINCT FROM (OLD.user_id, OLD.item_table, OLD.item, OLD.due_on, OLD.made_at) THEN
        RAISE EXCEPTION 'a reminder never changes' USING ERRCODE = '42501';
    END IF;
    -- Only of what stands behind the door: a table in which labels are inherited.
    NEW.label_id := NULL;
    IF EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = to_regclass(quote_ident(NEW.item_table))
               AND tgname = 'a_set_label') THEN
        EXECUTE format('SELECT label_id FROM %I WHERE id = $1', NEW.item_table) INTO NEW.label_id USING NEW.item;
    END IF;
    -- Without a label it is refused by the policy, like one of what the reader may not see.
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION access_private.guard_reminder() FROM PUBLIC;

CREATE TRIGGER a_guard BEFORE INSERT OR UPDATE ON desk_reminder
    FOR EACH ROW EXECUTE FUNCTION access_private.guard_reminder();
INSERT INTO access_private.edge VALUES ('desk_reminder', 'item', '*');

ALTER TABLE desk_reminder ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON desk_reminder USING (
    (SELECT access.my_name()) = 'user:' || user_id::text
    AND label_id IN (SELECT mine FROM unnest(access.my_own_labels()) mine));
