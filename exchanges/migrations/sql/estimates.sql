-- An estimate is at least as secret as each claim it rests on, whatever becomes of the claim later: it would tell of it.
CREATE FUNCTION access_private.raise_estimate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE exchanges_estimate e
    SET level = greatest(e.level, l.level),
        compartments = ARRAY(SELECT unnest(e.compartments) UNION SELECT unnest(l.compartments) ORDER BY 1)
    FROM exchanges_claim c JOIN access_label l ON l.id = c.label_id
    WHERE c.id = NEW.claim_id AND e.id = NEW.estimate_id AND NOT (e.level >= l.level AND e.compartments @> l.compartments);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION access_private.raise_estimate() FROM PUBLIC;

CREATE TRIGGER x_raise_estimate AFTER INSERT OR UPDATE ON exchanges_estimateclaim
    FOR EACH ROW WHEN (NEW.use <> 'excluded' AND NEW.withdrawn_at IS NULL)
    EXECUTE FUNCTION access_private.raise_estimate();

-- Four eyes: whoever sets an estimate did not enter the claims it rests on.
CREATE FUNCTION access_private.four_eyes_on_estimate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF access_private.owner_at_work() OR access.my_role() = 'system' THEN
        RETURN NEW;
    END IF;
    -- Of a claim that the reader may not see nothing is said here: the policy refuses it as one that is not there.
    IF EXISTS (SELECT 1 FROM exchanges_claim c WHERE c.id = NEW.claim_id AND c.author_id = access.my_user()
               AND c.label_id = ANY (access.my_labels())) THEN
        RAISE EXCEPTION 'an estimate does not rest on claims of whoever sets it' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION access_private.four_eyes_on_estimate() FROM PUBLIC;

CREATE TRIGGER d_four_eyes BEFORE INSERT OR UPDATE OF use, claim_id ON exchanges_estimateclaim
    FOR EACH ROW WHEN (NEW.use <> 'excluded') EXECUTE FUNCTION access_private.four_eyes_on_estimate();
