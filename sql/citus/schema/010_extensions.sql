-- Extensions: hll is needed; topn, pg_partman, pg_stat_statements and Citus are used where the server has them.
-- hll and topn go to the last schema of the search_path, which tests with a schema of their own share.
DO $$
DECLARE
    shared_schema name := (
        SELECT name FROM unnest(current_schemas(false)) WITH ORDINALITY AS path (name, place)
        WHERE name <> 'rtdash_compat' ORDER BY place DESC LIMIT 1
    );
    extension record;
BEGIN
    IF current_setting('server_version_num')::integer < 150000 THEN
        RAISE EXCEPTION 'PostgreSQL 15 or newer is needed; this is %', current_setting('server_version');
    END IF;
    FOR extension IN
        SELECT * FROM (VALUES
            ('hll', shared_schema, NULL),
            ('topn', shared_schema, 'a stand-in in SQL counts the top devices'),
            ('pg_partman', 'partman', 'rtdash makes the partitions itself'),
            ('pg_stat_statements', shared_schema, 'what the server itself counts of a query is not shown')
        ) AS wanted (name, home, otherwise)
    LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = extension.name);
        IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = extension.name) THEN
            IF extension.otherwise IS NULL THEN
                RAISE EXCEPTION 'the extension % is not installed on this server', extension.name
                    USING HINT = 'Debian has it as postgresql-15-hll.';
            END IF;
            RAISE NOTICE 'no %: %', extension.name, extension.otherwise;
            CONTINUE;
        END IF;
        BEGIN
            IF to_regnamespace(quote_ident(extension.home)) IS NULL THEN
                EXECUTE format('CREATE SCHEMA %I', extension.home);
            END IF;
            EXECUTE format('CREATE EXTENSION %I WITH SCHEMA %I', extension.name, extension.home);
        EXCEPTION WHEN insufficient_privilege THEN
            IF extension.otherwise IS NULL THEN
                RAISE;
            END IF;
            RAISE NOTICE 'no right to create %: %', extension.name, extension.otherwise;
        END;
    END LOOP;
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
        RAISE NOTICE 'Citus: tables are distributed by customer_id';
    ELSE
        RAISE NOTICE 'no Citus: tables stay on this server';
    END IF;
END
$$;
