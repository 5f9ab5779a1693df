-- What the panels ask beyond plain queries. All of it only reads; pg_read_all_data is enough.

-- One customer's last whole 5 minutes that the live tables have passed, from the rollup and from the raw events, and
-- how long the server took for each; no row while that window is older than the live tables go back.
--
-- Both sides stand at one event_id. Each statement sees the newest commits, and on Citus a shard may commit a moment
-- before or after the coordinator: answers that differ are asked for again. `moved` says that a rollup came in between.
CREATE OR REPLACE FUNCTION raw_versus_rollup(customer bigint) RETURNS TABLE (
    source text, events bigint, devices bigint, sessions bigint, ms double precision,
    from_time timestamptz, until_time timestamptz, same boolean, moved boolean
)
-- A custom plan knows which partitions the window lies in.
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' SET plan_cache_mode = 'force_custom_plan' AS $$
DECLARE
    five_minutes CONSTANT interval := '5 minutes';
    most_tries CONSTANT integer := 3;
    rolled_up_id bigint;
    kept record;
    counted record;
    kept_ms double precision;
    counted_ms double precision;
    asked_at timestamptz;
BEGIN
    FOR attempt IN 1..most_tries LOOP
        IF attempt > 1 THEN
            PERFORM pg_sleep(0.02);
        END IF;
        SELECT last_aggregated_id, date_bin(five_minutes, rolled_up_until, timestamptz 'epoch')
        INTO rolled_up_id, until_time FROM rollups WHERE name = 'live';
        from_time := until_time - five_minutes;
        IF from_time < (SELECT now() - keep FROM live_widths WHERE width = five_minutes) THEN
            RETURN;
        END IF;

        asked_at := clock_timestamp();
        SELECT
            coalesce(sum(event_count), 0)::bigint AS events,
            coalesce(round(hll_cardinality(hll_union_agg(device_distinct_count))), 0)::bigint AS devices,
            coalesce(round(hll_cardinality(hll_union_agg(session_distinct_count))), 0)::bigint AS sessions
        INTO kept FROM live_customers
        WHERE customer_id = customer AND width = five_minutes AND bucket = from_time;
        kept_ms := 1000 * extract(epoch FROM clock_timestamp() - asked_at);

        asked_at := clock_timestamp();
        SELECT
            count(*) AS events,
            coalesce(round(hll_cardinality(hll_add_agg(hll_hash_bigint(device_id)))), 0)::bigint AS devices,
            coalesce(round(hll_cardinality(hll_add_agg(hll_hash_bigint(session_id)))), 0)::bigint AS sessions
        INTO counted FROM events
        WHERE customer_id = customer AND event_time >= from_time AND event_time < until_time
            AND event_id <= rolled_up_id;
        counted_ms := 1000 * extract(epoch FROM clock_timestamp() - asked_at);

        same := kept = counted;
        SELECT last_aggregated_id <> rolled_up_id INTO moved FROM rollups WHERE name = 'live';
        EXIT WHEN same;
    END LOOP;
    RETURN QUERY
        SELECT answers.*, from_time, until_time, same, moved
        FROM (VALUES
            ('rollup', kept.events, kept.devices, kept.sessions, kept_ms),
            ('raw events', counted.events, counted.devices, counted.sessions, counted_ms)
        ) AS answers;
END
$$;

-- Events in the default partition, counted up to `most` + 1.
CREATE OR REPLACE FUNCTION events_outside_partitions(most bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    rest regclass := partition FROM event_partitions WHERE is_default;
    events bigint := 0;
BEGIN
    IF rest IS NOT NULL THEN
        EXECUTE format('SELECT count(*) FROM (SELECT event_id FROM %s LIMIT $1 + 1) AS rest', rest)
        INTO events USING most;
    END IF;
    RETURN events;
END
$$;

-- Who makes the partitions: pg_partman with its version, when it knows the table, or rtdash.
CREATE OR REPLACE FUNCTION event_partitions_made_by() RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    partman record;
    knows boolean := false;
BEGIN
    SELECT nspname, extversion INTO partman
    FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = 'pg_partman';
    IF has_schema_privilege(partman.nspname, 'USAGE') THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.part_config WHERE parent_table = $1)', partman.nspname)
        INTO knows USING format('%s.events', current_schema());
    END IF;
    RETURN CASE WHEN knows THEN format('pg_partman %s', partman.extversion) ELSE 'rtdash' END;
END
$$;

-- The jobs that pg_cron has for this database, each with its last run; none without pg_cron. Row security hides them
-- from all but their owner, hence his rights, and hence a search_path that nobody else can put anything into.
CREATE OR REPLACE FUNCTION cron_jobs() RETURNS TABLE (
    job_name text, schedule text, active boolean, is_launched boolean,
    status text, message text, started_at timestamptz, ended_at timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        RETURN;
    END IF;
    IF NOT has_schema_privilege('cron', 'USAGE') THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT
            job.jobname::text, job.schedule, job.active,
            -- Its name is shown to every role, its backend_type to some.
            EXISTS (
                SELECT FROM pg_stat_activity
                WHERE backend_type = 'pg_cron launcher' OR application_name = 'pg_cron scheduler'
            ),
            run.status, run.return_message, run.start_time, run.end_time
        FROM cron.job
        LEFT JOIN LATERAL (
            SELECT * FROM cron.job_run_details AS d WHERE d.jobid = job.jobid ORDER BY runid DESC LIMIT 1
        ) AS run ON true
        WHERE job.database = current_database() AND job.jobname LIKE 'rtdash %';
END
$$;
REVOKE EXECUTE ON FUNCTION cron_jobs() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cron_jobs() TO pg_read_all_data, pg_monitor;

-- The jobs of the schedule and their last runs, whoever runs them. Where ingest does, a rollup that found nothing new
-- leaves no record but the time until which it is complete, and the upkeep none.
CREATE OR REPLACE FUNCTION scheduled_jobs() RETURNS TABLE (
    place bigint, job text, schedule text, run_by text, last_run timestamptz, status text, ms double precision,
    message text, flag text
)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    WITH found AS (
        SELECT
            place, task, wanted.schedule, cron.active, cron.is_launched, cron.status, cron.message, started_at,
            1000 * extract(epoch FROM ended_at - started_at) AS ms,
            CASE task
                WHEN 'five_minutely_aggregation' THEN 'rollup_events_5min'
                WHEN 'hourly_aggregation' THEN 'rollup_events_1hr'
            END AS rollup,
            CASE wanted.schedule WHEN '* * * * *' THEN interval '3 minutes' ELSE interval '62 minutes' END AS late,
            bool_and(coalesce(cron.active, false)) OVER () AS is_whole
        FROM wanted_jobs() WITH ORDINALITY AS wanted (jobname, schedule, command, place)
        CROSS JOIN LATERAL regexp_replace(wanted.jobname, '^.*\.', '') AS task
        LEFT JOIN cron_jobs() AS cron ON cron.job_name = wanted.jobname
    )
    SELECT
        place, task, schedule, CASE WHEN is_whole THEN 'pg_cron' ELSE 'pg_cron and ingest' END,
        started_at, CASE WHEN is_launched THEN status ELSE 'pg_cron is down' END, ms,
        CASE
            WHEN NOT is_launched THEN 'ingest runs them until the server restarts it'
            WHEN NOT is_whole THEN 'not all jobs are scheduled: ingest runs them as well'
            WHEN status = 'failed' THEN left(message, 200)
        END,
        CASE
            WHEN NOT is_launched OR status = 'failed' THEN 'error'
            -- What was scheduled a moment ago has no run yet: an hourly job may wait for its first.
            WHEN NOT is_whole OR coalesce(started_at < now() - late, late < interval '1 hour') THEN 'warn'
        END
    FROM found WHERE active
    UNION ALL
    SELECT
        place, task, schedule, 'ingest',
        last.run, CASE WHEN run.run_id IS NOT NULL THEN 'succeeded' END, run.duration_ms,
        CASE WHEN rollup IS NULL THEN 'not recorded' ELSE run.events || ' events' END,
        CASE WHEN last.run < now() - late THEN 'warn' END
    FROM found
    LEFT JOIN LATERAL (
        SELECT * FROM rollup_runs WHERE rollup_name = rollup ORDER BY rollup_runs.started_at DESC LIMIT 1
    ) AS run ON true
    LEFT JOIN rollups ON name = rollup
    CROSS JOIN LATERAL (SELECT greatest(run.started_at, rolled_up_until)) AS last (run)
    WHERE active IS NOT TRUE
$$;
