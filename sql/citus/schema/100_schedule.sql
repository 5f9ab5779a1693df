-- The workshop's rollups each minute and the upkeep each hour, by pg_cron where this database has it.
-- Where it has not, ingest does both.

-- What a schedule should hold. pg_cron runs a command in a session of its own, so every name is a whole one.
CREATE OR REPLACE FUNCTION wanted_jobs(OUT jobname text, OUT schedule text, OUT command text) RETURNS SETOF record
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT
        format('rtdash %s.%s', current_schema(), task), schedule,
        format(command, current_schema(), format('%I.%I', current_schema(), task))
    FROM (VALUES
        ('five_minutely_aggregation', '* * * * *', 'CALL %1$I.catch_up(%2$L)'),
        ('hourly_aggregation', '* * * * *', 'CALL %1$I.catch_up(%2$L)'),
        ('maintain_events', '7 * * * *', 'SELECT %2$s()'),
        ('forget_old_rollups', '17 * * * *', 'SELECT %2$s()')
    ) AS jobs (task, schedule, command)
$$;

-- Whether somebody keeps to it: all jobs are there, and pg_cron is awake.
CREATE OR REPLACE FUNCTION rollups_are_scheduled() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        RETURN false;
    END IF;
    IF NOT has_schema_privilege('cron', 'USAGE') THEN
        RETURN false;
    END IF;
    -- Its name is shown to every role, its backend_type to some.
    IF NOT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE backend_type = 'pg_cron launcher' OR application_name = 'pg_cron scheduler'
    ) THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (
        SELECT jobname FROM wanted_jobs()
        EXCEPT
        SELECT jobname FROM cron.job WHERE active AND database = current_database()
    );
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        RAISE NOTICE 'ingest runs the rollups each minute';
        RETURN;
    END IF;
    IF NOT has_schema_privilege('cron', 'USAGE') THEN
        RAISE NOTICE 'no right to use pg_cron: ingest runs the rollups each minute';
        RETURN;
    END IF;
    PERFORM cron.schedule(jobname, schedule, command) FROM wanted_jobs();
    IF rollups_are_scheduled() THEN
        RAISE NOTICE 'pg_cron runs the rollups each minute';
    ELSE
        RAISE NOTICE 'the launcher of pg_cron does not run: ingest runs the rollups until the server restarts it';
    END IF;
END
$$;
