-- Whoever writes queues behind a waiting lock: a rollup waits for an open writer, but not for long. The further behind,
-- the longer, so that writers who overlap all the time do not keep it out for ever.
CREATE OR REPLACE FUNCTION rollup_patience_ms(behind interval) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
    SELECT (1000 * least(greatest(0.2, extract(epoch FROM behind) / 50), 1))::integer
$$;

-- The next window of ids for a rollup: (window_start, window_end), empty when window_start > window_end.
--
-- Ids are drawn from a sequence, so a higher id may be committed before a lower one. Whoever inserts holds
-- ROW EXCLUSIVE on the table before he draws an id; once SHARE ROW EXCLUSIVE has been granted, every id up to the
-- sequence's value read before is therefore committed or gone. Leaving a subtransaction gives the lock back at once.
CREATE OR REPLACE FUNCTION incremental_rollup_window(
    rollup_name text, max_events bigint DEFAULT NULL, OUT window_start bigint, OUT window_end bigint
)
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $$
DECLARE
    event_table regclass;
    id_sequence regclass;
    newest_id bigint;
    read_at timestamptz;
    patience_ms integer;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a rollup must run in READ COMMITTED, not %', upper(current_setting('transaction_isolation'))
            USING HINT = 'An older snapshot would miss the rows of the writers that the rollup waits for.';
    END IF;

    -- Citus: a connection for each shard costs more than the work, every second. Nothing else knows these names.
    PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true),
        set_config('citus.max_adaptive_executor_pool_size', '1', true);

    -- One run at a time. The row lock alone is not enough on Citus: it is free again before the workers have committed.
    PERFORM pg_advisory_xact_lock('rollups'::regclass::oid::integer, hashtext(rollup_name));
    SELECT
        event_table_name, event_id_sequence_name, last_aggregated_id + 1, rollup_patience_ms(now() - rolled_up_until)
    INTO event_table, id_sequence, window_start, patience_ms
    FROM rollups WHERE name = rollup_name FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no rollup named %', rollup_name;
    END IF;

    read_at := clock_timestamp();
    newest_id := coalesce(pg_sequence_last_value(id_sequence), 0);
    window_end := least(newest_id, window_start - 1 + max_events);
    IF window_start > window_end THEN
        UPDATE rollups SET rolled_up_until = read_at WHERE name = rollup_name;
        RETURN;
    END IF;

    BEGIN
        IF current_setting('lock_timeout') = '0' THEN
            PERFORM set_config('lock_timeout', patience_ms || 'ms', true);
        END IF;
        EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', event_table);
        RAISE EXCEPTION USING ERRCODE = 'RTD01', MESSAGE = 'the lock was granted';
    EXCEPTION WHEN SQLSTATE 'RTD01' THEN
        -- Granted, and given back. Any other error goes to the caller, with the window unmoved.
        NULL;
    END;
    PERFORM wait_for_commits_on_workers();

    IF window_end < newest_id THEN
        -- Several, since a single one may be late: then the rollup would seem to be as far behind.
        EXECUTE format(
            'SELECT max(event_time) FROM ('
            'SELECT event_time FROM %s WHERE event_id <= $1 ORDER BY event_id DESC LIMIT 100) AS newest', event_table
        ) INTO read_at USING window_end;
    END IF;
    UPDATE rollups SET last_aggregated_id = window_end, rolled_up_until = least(read_at, clock_timestamp())
    WHERE name = rollup_name;
END
$$;

-- What a run took, for who watches; `granted_at` is when the window was its own.
CREATE OR REPLACE FUNCTION record_rollup_run(
    name text, started_at timestamptz, granted_at timestamptz, start_id bigint, end_id bigint, rows_written bigint
) RETURNS void
LANGUAGE sql SET search_path FROM CURRENT AS $$
    INSERT INTO rollup_runs (rollup_name, started_at, start_id, end_id, events, rows, lock_ms, duration_ms)
    VALUES (
        name, started_at, start_id, end_id, end_id - start_id + 1, rows_written,
        1000 * extract(epoch FROM granted_at - started_at), 1000 * extract(epoch FROM clock_timestamp() - started_at)
    )
$$;
