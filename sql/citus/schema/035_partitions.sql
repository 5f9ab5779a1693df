-- The partitions of events and what they cover; the default partition covers what no other does.
CREATE OR REPLACE VIEW event_partitions AS
SELECT
    part.oid::regclass AS partition,
    (bounds.of)[1]::timestamptz AS from_time,
    (bounds.of)[2]::timestamptz AS until_time,
    bounds.of IS NULL AS is_default
FROM pg_inherits
JOIN pg_class AS part ON part.oid = inhrelid
CROSS JOIN LATERAL (
    SELECT regexp_match(pg_get_expr(part.relpartbound, part.oid), $re$FROM \('([^']+)'\) TO \('([^']+)'\)$re$) AS of
) AS bounds
WHERE inhparent = 'events'::regclass;

-- A day each: an index look-up by event_id goes to every partition, and on Citus each is 32 tables.
CREATE OR REPLACE FUNCTION make_event_partitions(days date[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $$
DECLARE
    parent text := format('%s.events', current_schema());
    partman name;
    version integer;
    partman_knows boolean := false;
    day date;
BEGIN
    SELECT nspname, split_part(extversion, '.', 1) INTO partman, version
    FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = 'pg_partman';
    IF has_schema_privilege(partman, 'USAGE') THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.part_config WHERE parent_table = $1)', partman)
        INTO partman_knows USING parent;
    END IF;
    IF partman_knows THEN
        -- Version 4 would then ANALYZE all of events, while everybody waits for the lock.
        EXECUTE format(
            CASE version WHEN 4 THEN 'SELECT %I.create_partition_time($1, $2, false)'
                ELSE 'SELECT %I.create_partition_time($1, $2)' END, partman
        ) USING parent, days::timestamptz[];
        RETURN;
    END IF;
    FOREACH day IN ARRAY days LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
            to_char(day, '"events_p"YYYY_MM_DD'), day::timestamptz, (day + 1)::timestamptz
        );
    END LOOP;
END
$$;

-- Hands a new table to pg_partman 4 or 5 where there is one; it then makes the partitions that rtdash asks for.
DO $$
DECLARE
    parent text := format('%s.events', current_schema());
    first_day text := to_char((now() - keep) AT TIME ZONE 'UTC', 'YYYY-MM-DD')
        FROM retention WHERE table_name = 'events';
    partman name;
    version integer;
BEGIN
    IF EXISTS (SELECT FROM event_partitions) THEN
        RETURN;
    END IF;
    SELECT nspname, split_part(extversion, '.', 1) INTO partman, version
    FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = 'pg_partman';
    IF version IN (4, 5) AND has_schema_privilege(partman, 'CREATE') THEN
        EXECUTE format(
            $sql$
                SELECT %I.create_parent(
                    p_parent_table => $1, p_control => 'event_time', p_type => $2, p_interval => '1 day',
                    p_premake => 3, p_start_partition => $3, p_jobmon => false
                )
            $sql$, partman
        ) USING parent, CASE version WHEN 4 THEN 'native' ELSE 'range' END, first_day;
        -- Otherwise its own maintenance makes nothing after days without events.
        EXECUTE format('UPDATE %I.part_config SET infinite_time_partitions = true WHERE parent_table = $1', partman)
        USING parent;
        RAISE NOTICE 'pg_partman % makes partitions of a day', version;
    ELSE
        CREATE TABLE events_default PARTITION OF events DEFAULT;
        RAISE NOTICE 'rtdash makes partitions of a day';
    END IF;
END
$$;
