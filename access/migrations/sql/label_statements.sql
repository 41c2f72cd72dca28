-- Finding a row's label with statements whose plans PostgreSQL keeps. Put together for each row anew, and planned
-- anew, they took most of the time of every write. Run once by the owner.

-- The marking of one record of any classified table, held until the transaction ends. Of a table it does not know yet
-- it asks by a statement put together on the spot, so that nothing depends on its being up to date.
CREATE PROCEDURE access_private.write_marking_of()
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    of_table constant text :=
        'SELECT p.label_id, p.draft_of INTO label_id, draft_of FROM %I p WHERE p.id = asked FOR SHARE;';
    of_any constant text :=
        'EXECUTE format(''SELECT p.label_id, p.draft_of FROM %I p WHERE p.id = $1 FOR SHARE'', asked_table)'
        ' INTO label_id, draft_of USING asked;';
    known text;
BEGIN
    SELECT string_agg(format('WHEN %L THEN ' || of_table, c.relname, c.relname), ' ' ORDER BY c.relname) INTO known
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE t.tgname = 'a_set_label' AND t.tgfoid = 'access_private.set_label'::regproc;
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION access_private.marking_of(asked_table text, asked uuid,'
        ' OUT label_id int, OUT draft_of uuid) LANGUAGE plpgsql AS %L',
        'BEGIN ' || coalesce('CASE asked_table ' || known || ' ELSE ' || of_any || ' END CASE;', of_any) || ' END');
END $$;

-- A classified row's label is the join of its own marking with the labels of all rows it points to.
-- A row that hangs on a draft is itself part of that draft.
-- Arguments: parent table, foreign key column, ...; '@<content type column>' names a generic parent.
CREATE FUNCTION access_private.label_with(wanted_level int, wanted_compartments int[], labels int[]) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    joined_level int := wanted_level;
    joined_compartments int[] := wanted_compartments;
    parent record;
    found_label int;
BEGIN
    FOR parent IN SELECT l.level, l.compartments FROM access_label l WHERE l.id = ANY (labels) LOOP
        joined_level := greatest(joined_level, parent.level);
        IF NOT joined_compartments @> parent.compartments THEN
            joined_compartments := joined_compartments || parent.compartments;
        END IF;
    END LOOP;
    SELECT id INTO found_label FROM access_label WHERE level = joined_level AND compartments = joined_compartments;
    RETURN coalesce(found_label, access_private.label_for(joined_level, joined_compartments));
END $$;

CREATE OR REPLACE FUNCTION access_private.set_label() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    new_row constant jsonb := to_jsonb(NEW);
    labels int[] := '{}';
    draft_author uuid := CASE WHEN NEW.review_state = 'draft' THEN NEW.author_id END;
    parent_table text;
    parent_id uuid;
    parent record;
BEGIN
    -- A missing parent or compartment looks like a hidden one: without a label the row is refused by the policy itself,
    -- in the same words and at the same place.
    IF NEW.compartments <> '{}' THEN
        IF NOT NEW.compartments <@ ARRAY(SELECT id FROM access_compartment) THEN
            NEW.label_id := NULL;
            RETURN NEW;
        END IF;
    END IF;
    FOR i IN 0 .. TG_NARGS - 1 BY 2 LOOP
        parent_id := (new_row ->> TG_ARGV[i + 1])::uuid;
        CONTINUE WHEN parent_id IS NULL OR (parent_id = NEW.id AND TG_ARGV[i] = TG_TABLE_NAME);
        parent_table := TG_ARGV[i];
        IF left(parent_table, 1) = '@' THEN
            SELECT app_label || '_' || model INTO parent_table FROM django_content_type
            WHERE id = (new_row ->> substr(TG_ARGV[i], 2))::int;
        END IF;
        parent := access_private.marking_of(parent_table, parent_id);
        IF parent.label_id IS NULL THEN
            NEW.label_id := NULL;
            RETURN NEW;
        END IF;
        IF parent.label_id <> ALL (labels) THEN
            labels := labels || parent.label_id;
        END IF;
        draft_author := coalesce(draft_author, parent.draft_of);
    END LOOP;
    IF cardinality(labels) = 1 AND NEW.level = 0 AND NEW.compartments = '{}' THEN
        NEW.label_id := labels[1];
    ELSE
        NEW.label_id := access_private.label_with(NEW.level, NEW.compartments, labels);
    END IF;
    NEW.draft_of := draft_author;
    RETURN NEW;
END $$;

CALL access_private.write_marking_of();
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA access_private FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA access_private FROM PUBLIC;
