-- Keeps partitions ahead of time and drops what is older than `retention`, never what a rollup has not read yet.
-- Run it every hour; it is safe at any moment, and gives up after 1 s rather than keep everybody waiting.
CREATE OR REPLACE FUNCTION maintain_events(
    OUT partitions_made integer, OUT partitions_dropped integer, OUT rows_in_default bigint
)
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' SET lock_timeout = '1s' AS $$
DECLARE
    days_ahead CONSTANT integer := 3;
    -- One transaction holds a lock on every table that it drops, and on Citus a partition is 32 tables a time.
    most_dropped CONSTANT integer := 3;
    oldest timestamptz := now() - keep FROM retention WHERE table_name = 'events';
    rest regclass := partition FROM event_partitions WHERE is_default;
    days date[];
    strays bigint;
    rolled_up_id bigint;
    newest_id bigint;
    old regclass;
BEGIN
    -- Citus: what reads shards in parallel cannot change their tables in the same transaction.
    PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true),
        set_config('citus.max_adaptive_executor_pool_size', '1', true);
    SELECT min(last_aggregated_id) INTO rolled_up_id FROM rollups WHERE event_table_name = 'events'::regclass;

    -- First what takes its time and stands in nobody's way.
    IF rest IS NULL THEN
        RAISE EXCEPTION 'events has no default partition: rows without a partition would be refused'
            USING HINT = 'CREATE TABLE events_default PARTITION OF events DEFAULT';
    END IF;
    EXECUTE format('DELETE FROM %s WHERE event_time < $1 AND event_id <= $2', rest) USING oldest, rolled_up_id;
    EXECUTE format('SELECT count(*) FROM %s', rest) INTO rows_in_default;

    SELECT coalesce(array_agg(day::date ORDER BY day), '{}') INTO days
    FROM generate_series(date_trunc('day', oldest), current_date + days_ahead, interval '1 day') AS day
    WHERE NOT EXISTS (SELECT FROM event_partitions WHERE from_time < day + interval '1 day' AND until_time > day);
    partitions_made := cardinality(days);
    IF partitions_made > 0 THEN
        -- A row in the default partition forbids the partition that it belongs to: such rows step aside for a moment.
        LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
            'CREATE TEMP TABLE strays AS SELECT * FROM %s WHERE event_time >= %L AND event_time < %L',
            rest, days[1]::timestamptz, (days[partitions_made] + 1)::timestamptz
        );
        EXECUTE format('DELETE FROM %s WHERE event_time >= $1 AND event_time < $2', rest)
        USING days[1]::timestamptz, (days[partitions_made] + 1)::timestamptz;
        PERFORM make_event_partitions(days);
        INSERT INTO events SELECT * FROM strays;
        GET DIAGNOSTICS strays = ROW_COUNT;
        DROP TABLE strays;
        rows_in_default := greatest(rows_in_default - strays, 0);
    END IF;
    IF rows_in_default > 0 THEN
        RAISE NOTICE '% events lie outside all partitions, in %', rows_in_default, rest;
    END IF;

    partitions_dropped := 0;
    FOR old IN
        SELECT partition FROM event_partitions WHERE until_time <= oldest ORDER BY until_time LIMIT most_dropped
    LOOP
        LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('SELECT max(event_id) FROM %s', old) INTO newest_id;
        IF newest_id > rolled_up_id THEN
            RAISE NOTICE 'partition % is kept: not all of it is rolled up', old;
        ELSE
            EXECUTE format('DROP TABLE %s', old);
            partitions_dropped := partitions_dropped + 1;
        END IF;
    END LOOP;
END
$$;

-- Old rows of everything else. Apart from the above, which may give up, and which nobody should wait for any longer.
CREATE OR REPLACE FUNCTION forget_old_rollups() RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    old record;
BEGIN
    PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true);
    FOR old IN
        SELECT table_name, time_column, now() - keep AS before
        FROM retention JOIN (VALUES
            ('rollup_events_5min', 'minute'), ('rollup_events_1hr', 'hour'),
            ('dead_letters', 'recorded_at'), ('rollup_runs', 'started_at')
        ) AS columns (table_name, time_column) USING (table_name)
    LOOP
        EXECUTE format('DELETE FROM %I WHERE %I < $1', old.table_name, old.time_column) USING old.before;
    END LOOP;
    FOR old IN
        SELECT live.table_name, width, now() - keep AS before
        FROM live_widths
        CROSS JOIN (VALUES ('live_customers'), ('live_breakdowns'), ('live_totals')) AS live (table_name)
    LOOP
        EXECUTE format('DELETE FROM %I WHERE width = $1 AND bucket < $2 - $1', old.table_name)
        USING old.width, old.before;
    END LOOP;
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') AND has_schema_privilege('cron', 'USAGE') THEN
        DELETE FROM cron.job_run_details
        WHERE end_time < now() - interval '7 days' AND jobid IN (
            SELECT jobid FROM cron.job JOIN wanted_jobs() USING (jobname) WHERE database = current_database()
        );
    END IF;
END
$$;

SELECT maintain_events();
