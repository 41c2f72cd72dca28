-- The two database roles, and the database. Run once by a superuser, on a server of your own:
--
--   psql -v owner_password=... -v app_password=... -f scripts/roles.sql postgres
--
-- The owner migrates; the application's role owns nothing, is a member of nothing and cannot bypass row-level
-- security, so that the policies bind every query it makes. (The launcher runs this file for its private server.)

CREATE ROLE parley_owner LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE parley_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'app_password';

-- Tests run requests as the application inside the owner's transaction. Never the other way round.
GRANT parley_app TO parley_owner;

-- All requests share this role, so each could read the others' statements, values included, in pg_stat_activity.
ALTER ROLE parley_app SET track_activities = off;

CREATE DATABASE parley OWNER parley_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE parley FROM PUBLIC;
GRANT CONNECT ON DATABASE parley TO parley_app;

-- The text of a failed statement holds values of records; no log may have it.
ALTER DATABASE parley SET log_min_error_statement = 'panic';
ALTER DATABASE parley SET log_min_messages = 'log';
ALTER DATABASE parley SET log_error_verbosity = 'terse';
ALTER DATABASE parley SET log_statement = 'none';
ALTER DATABASE parley SET log_min_duration_statement = -1;

\connect parley
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO parley_owner;
