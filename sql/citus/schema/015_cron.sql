-- pg_cron lives in one database of a server, and Citus must not send it to the workers, where it fails.
SET LOCAL citus.enable_ddl_propagation TO off;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        RETURN;
    END IF;
    -- Only some may read this setting.
    IF current_setting('cron.database_name', true) IS DISTINCT FROM current_database() THEN
        RAISE NOTICE 'no pg_cron in this database';
        RETURN;
    END IF;
    -- Version 1.4 would otherwise belong to the first schema of the search_path, and go with it.
    CREATE EXTENSION pg_cron WITH SCHEMA pg_catalog;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'no right to create pg_cron';
END
$$;
