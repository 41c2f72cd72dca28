-- Accounts: second factors and invitations. Run once by the owner, after people.sql and allauth's own migrations.

-- 1. Second factors ------------------------------------------------------------------------------------------------
-- Secrets in mfa_authenticator are encrypted by the application. Reading is open to it, because a factor is looked up
-- before its owner is a reader; writing is each owner's own.

CREATE FUNCTION access_private.guard_authenticator() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    is_own boolean;
    is_entering boolean;
BEGIN
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) OR access.my_role() = 'system' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    is_own := coalesce(NEW.user_id, OLD.user_id) = access.my_user() AND (TG_OP <> 'UPDATE' OR NEW.user_id = OLD.user_id);
    is_entering := access.my_name() LIKE 'entry:%';
    IF is_own AND access.my_name() LIKE 'user:%' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    -- Whoever is entering notes that a factor or a code was used, and changes nothing else: a secret copied from a row
    -- of their own would let them in. They set up the first factor where one must be had. As soon as a factor has been
    -- used there is a way in, and nobody adds another before having gone it.
    IF is_own AND is_entering AND TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'last_used_at' #- '{data,used_mask}'
                                                    = to_jsonb(OLD) - 'last_used_at' #- '{data,used_mask}' THEN
        RETURN NEW;
    END IF;
    IF is_own AND is_entering AND TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT 1 FROM mfa_authenticator a
        WHERE a.user_id = NEW.user_id AND a.type <> 'recovery_codes'
          AND (NEW.type <> 'recovery_codes' OR a.last_used_at IS NOT NULL)) THEN
        RETURN NEW;
    END IF;
    -- A lost device: an administrator takes the factors of somebody else away, with a reason.
    IF TG_OP = 'DELETE' AND NOT is_own AND access.my_name() LIKE 'user:%' AND access.may('manage') THEN
        PERFORM access.need_reason();
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'this is not yours to change' USING ERRCODE = '42501';
END $$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON mfa_authenticator
    FOR EACH ROW EXECUTE FUNCTION access_private.guard_authenticator();

-- 2. Invitations ---------------------------------------------------------------------------------------------------

CREATE FUNCTION access_private.guard_invitation() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) OR access.my_role() = 'system' THEN
        RETURN NEW;
    END IF;
    IF access.my_name() LIKE 'user:%' AND access.may('manage') AND NEW.user_id <> access.my_user() THEN
        IF TG_OP = 'INSERT' AND NEW.made_by_id = access.my_user() AND NEW.accepted_at IS NULL
           AND NEW.expires_at <= statement_timestamp() + interval '7 days 1 minute' THEN
            PERFORM access.need_reason();
            RETURN NEW;
        END IF;
        IF TG_OP = 'UPDATE' AND OLD.revoked_at IS NULL AND OLD.accepted_at IS NULL
           AND to_jsonb(NEW) - 'revoked_at' = to_jsonb(OLD) - 'revoked_at' THEN
            PERFORM access.need_reason();
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'this is not yours to change' USING ERRCODE = '42501';
END $$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON access_invitation
    FOR EACH ROW EXECUTE FUNCTION access_private.guard_invitation();
CREATE TRIGGER note_rights AFTER INSERT OR UPDATE OR DELETE ON access_invitation
    FOR EACH ROW EXECUTE FUNCTION access_private.note_rights('invitation');
ALTER TABLE access_invitation ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON access_invitation USING (access.may('manage'));

-- The account an open invitation is for; null for one that is unknown, expired, revoked or used, all alike.
CREATE FUNCTION access.invited_user(secret_digest text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.user_id FROM access_invitation i JOIN access_user u ON u.id = i.user_id
    WHERE i.digest = secret_digest AND i.accepted_at IS NULL AND i.revoked_at IS NULL
      AND i.expires_at > statement_timestamp() AND (u.is_active OR i.activates)
$$;

-- Uses an invitation: sets the password and, for a new account, switches it on. Whoever holds the link may, once.
-- Returns the account, or null as above.
CREATE FUNCTION access.accept_invitation(secret_digest text, password_hash text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    invited uuid := access.invited_user(secret_digest);
    switches_on boolean;
BEGIN
    IF invited IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE access_invitation SET accepted_at = statement_timestamp()
    WHERE digest = secret_digest AND accepted_at IS NULL AND revoked_at IS NULL
    RETURNING activates INTO switches_on;
    IF NOT FOUND THEN
        RETURN NULL;  -- somebody else was quicker
    END IF;
    UPDATE access_user SET password = password_hash, is_active = is_active OR switches_on WHERE id = invited;
    RETURN invited;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA access, access_private FROM PUBLIC;
