-- What `rtdash init --plan` asks a PostgreSQL, in one row. Reads catalogs only; a row of pg_settings that one may not
-- see is missing, where current_setting() would fail.
SELECT
    current_setting('server_version_num')::integer AS version_number,
    current_setting('server_version') AS version,
    current_database() AS database,
    current_user AS role,
    current_schema() AS schema,
    (
        SELECT pg_has_role(relowner, 'USAGE') FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE nspname = current_schema() AND relname = 'events' AND relkind IN ('r', 'p')
    ) AS owns_events,
    EXISTS (
        SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE nspname = current_schema() AND relname = 'events' AND relkind IN ('r', 'p')
        AND NOT EXISTS (
            SELECT FROM pg_index JOIN pg_class AS i ON i.oid = indexrelid
            WHERE indrelid = c.oid AND i.relname = 'events_event_time_idx'
        )
    ) AS lacks_time_index,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_make_tables,
    has_database_privilege(current_database(), 'CREATE') AS may_make_schemas,
    (SELECT setting FROM pg_settings WHERE name = 'cron.database_name') AS cron_database,
    (
        SELECT jsonb_object_agg(wanted.name, jsonb_build_object(
            'installed', extversion,
            'available', default_version,
            'may_create', coalesce(
                rolsuper OR NOT superuser OR (trusted AND has_database_privilege(current_database(), 'CREATE')), false
            ),
            'may_use', coalesce(CASE wanted.name
                WHEN 'pg_partman' THEN has_schema_privilege(extnamespace, 'CREATE')
                WHEN 'pg_cron' THEN has_schema_privilege(to_regnamespace('cron')::oid, 'USAGE')
            END, extversion IS NOT NULL)
        ))
        FROM unnest(ARRAY['citus', 'hll', 'topn', 'pg_partman', 'pg_cron', 'pg_stat_statements']) AS wanted (name)
        JOIN pg_roles ON rolname = current_user
        LEFT JOIN pg_extension ON extname = wanted.name
        LEFT JOIN pg_available_extensions AS available ON available.name = wanted.name
        LEFT JOIN pg_available_extension_versions AS versions
            ON versions.name = wanted.name AND versions.version = default_version
    ) AS extensions
