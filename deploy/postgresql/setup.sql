-- The owner, the database and the extension, as a superuser of a server for Haven alone:
--   psql --set=owner_password="$(openssl rand -base64 32)" -f setup.sql
-- The owner makes the other roles: `python -m haven.site databaseroles --passwords`.
\set ON_ERROR_STOP on
ALTER SYSTEM SET password_encryption = 'scram-sha-256';
ALTER SYSTEM SET log_statement = 'none';
ALTER SYSTEM SET log_min_error_statement = 'panic';  -- statements would put data into the log
ALTER SYSTEM SET log_connections = 'on';
SELECT pg_reload_conf();
SET password_encryption = 'scram-sha-256';
CREATE ROLE haven LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
CREATE DATABASE haven OWNER haven ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C.UTF-8' TEMPLATE template0;
REVOKE ALL ON DATABASE haven FROM PUBLIC;
\connect haven
CREATE EXTENSION IF NOT EXISTS vector;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO haven;
