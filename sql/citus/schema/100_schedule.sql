-- The workshop's rollups each minute and the maintenance each hour, by pg_cron where this database has it.
-- Where it has not, ingest does both.
CREATE OR REPLACE FUNCTION rollups_are_scheduled() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        RETURN false;
    END IF;
    IF NOT has_schema_privilege('cron', 'USAGE') THEN
        RETURN false;
    END IF;
    RETURN (
        SELECT count(*) = 3 FROM cron.job
        WHERE active AND database = current_database() AND jobname IN (
            SELECT format('rtdash %s.%s', current_schema(), task)
            FROM unnest(ARRAY['five_minutely_aggregation', 'hourly_aggregation', 'maintain_events']) AS task
        )
    );
END
$$;

DO $$
DECLARE
    job record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        RAISE NOTICE 'ingest runs the rollups each minute';
        RETURN;
    END IF;
    IF NOT has_schema_privilege('cron', 'USAGE') THEN
        RAISE NOTICE 'no right to use pg_cron: ingest runs the rollups each minute';
        RETURN;
    END IF;
    FOR job IN
        SELECT * FROM (VALUES
            ('five_minutely_aggregation', '* * * * *', 'CALL %1$I.catch_up(%2$L)'),
            ('hourly_aggregation', '* * * * *', 'CALL %1$I.catch_up(%2$L)'),
            ('maintain_events', '7 * * * *', 'SELECT %2$s()')
        ) AS jobs (task, schedule, command)
    LOOP
        PERFORM cron.schedule(
            format('rtdash %s.%s', current_schema(), job.task), job.schedule,
            format(job.command, current_schema(), format('%I.%I', current_schema(), job.task))
        );
    END LOOP;
    RAISE NOTICE 'pg_cron runs the rollups each minute';
END
$$;
