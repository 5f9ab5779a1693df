-- Citus commits on its workers in two phases. Should a worker die between them, the coordinator's transaction is over and
-- its lock free, but the rows appear only when the worker's half has been recovered (a minute, by default). A rollup that
-- went on meanwhile would pass them for good: better it fails, with its window unmoved.
--
-- Transactions that are being committed this very moment come and go in milliseconds; only one that stays is a reason.
CREATE OR REPLACE FUNCTION wait_for_commits_on_workers(patience interval DEFAULT '2 seconds') RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    leave_at CONSTANT timestamptz := clock_timestamp() + patience;
    asked CONSTANT regprocedure := to_regprocedure('run_command_on_workers(text, boolean)');
    unreachable text;
    now_open text[];
    open_since text[];
BEGIN
    IF NOT has_function_privilege(asked, 'EXECUTE') IS TRUE THEN
        RETURN;
    END IF;
    LOOP
        SELECT
            min(format('%s:%s', nodename, nodeport)) FILTER (WHERE NOT success),
            coalesce(array_agg(gid) FILTER (WHERE success AND gid <> ''), '{}')
        INTO unreachable, now_open
        FROM run_command_on_workers($sql$
            SELECT coalesce(string_agg(gid, ' '), '') FROM pg_prepared_xacts
            WHERE database = current_database() AND gid LIKE 'citus\_%'
        $sql$, true)
        LEFT JOIN LATERAL string_to_table(result, ' ') AS gid ON true;
        IF unreachable IS NOT NULL THEN
            RAISE EXCEPTION 'worker % does not say which of its transactions are unfinished', unreachable;
        END IF;
        open_since := ARRAY(
            SELECT unnest(coalesce(open_since, now_open)) INTERSECT SELECT unnest(now_open)
        );
        EXIT WHEN cardinality(open_since) = 0;
        IF clock_timestamp() > leave_at THEN
            RAISE EXCEPTION '% transactions are not finished on the workers', cardinality(open_since)
                USING HINT = 'Citus recovers them by itself; see citus.recover_2pc_interval.';
        END IF;
        PERFORM pg_sleep(0.02);
    END LOOP;
END
$$;

DO $$
BEGIN
    IF has_function_privilege(to_regprocedure('run_command_on_workers(text, boolean)'), 'EXECUTE') IS FALSE THEN
        RAISE NOTICE 'no right to ask the workers: a rollup does not see what one of them has yet to commit';
    END IF;
END
$$;
