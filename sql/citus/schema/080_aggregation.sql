-- The rollups. Each run takes one window of new events; a backlog is worked off in slices of `max_events`.
-- Buckets are UTC whatever the time zone of the session, and of the workers: date_bin counts from the epoch.

-- The workshop's two tables have one shape and differ in the width and the name of their bucket.
CREATE OR REPLACE FUNCTION advance_rollup(
    rollup_name text, bucket_column name, width interval, max_events bigint, OUT start_id bigint, OUT end_id bigint
)
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $function$
DECLARE
    started_at timestamptz := clock_timestamp();
    granted_at timestamptz;
    rows_written bigint;
BEGIN
    SELECT window_start, window_end INTO start_id, end_id FROM incremental_rollup_window(rollup_name, max_events);
    IF start_id > end_id THEN
        RETURN;
    END IF;
    granted_at := clock_timestamp();
    EXECUTE format($sql$
        INSERT INTO %1$I AS kept (
            customer_id, event_type, country, browser, %2$I,
            event_count, device_distinct_count, session_distinct_count, top_devices_1000
        )
        SELECT
            customer_id, event_type, country, browser, date_bin($1, event_time, timestamptz 'epoch'),
            count(*),
            coalesce(hll_add_agg(hll_hash_bigint(device_id)), hll_empty()),
            coalesce(hll_add_agg(hll_hash_bigint(session_id)), hll_empty()),
            coalesce(topn_add_agg(device_id::text), '{}')
        FROM events
        WHERE event_id BETWEEN $2 AND $3
        GROUP BY 1, 2, 3, 4, 5
        ON CONFLICT (customer_id, event_type, country, browser, %2$I) DO UPDATE SET
            event_count = kept.event_count + excluded.event_count,
            device_distinct_count = hll_union(kept.device_distinct_count, excluded.device_distinct_count),
            session_distinct_count = hll_union(kept.session_distinct_count, excluded.session_distinct_count),
            top_devices_1000 = topn_union(kept.top_devices_1000, excluded.top_devices_1000)
    $sql$, rollup_name, bucket_column) USING width, start_id, end_id;
    GET DIAGNOSTICS rows_written = ROW_COUNT;
    PERFORM record_rollup_run(rollup_name, started_at, granted_at, start_id, end_id, rows_written);
END
$function$;

CREATE OR REPLACE FUNCTION five_minutely_aggregation(
    max_events bigint DEFAULT 500000, OUT start_id bigint, OUT end_id bigint
)
LANGUAGE sql SET search_path FROM CURRENT AS $$
    SELECT start_id, end_id FROM advance_rollup('rollup_events_5min', 'minute', '5 minutes', max_events)
$$;

CREATE OR REPLACE FUNCTION hourly_aggregation(
    max_events bigint DEFAULT 500000, OUT start_id bigint, OUT end_id bigint
)
LANGUAGE sql SET search_path FROM CURRENT AS $$
    SELECT start_id, end_id FROM advance_rollup('rollup_events_1hr', 'hour', '1 hour', max_events)
$$;

-- Calls one of the rollups until nothing is left, each slice in a transaction of its own: for a schedule, which comes
-- too seldom for a backlog, or for another try when writers were in the way. It can have no search_path of its own, as
-- it commits; hence the function as a regproc.
-- After 50 s it leaves the rest to the next minute: pg_cron with background workers lets jobs wait for the longest.
CREATE OR REPLACE PROCEDURE catch_up(rollup_function regproc, max_events bigint DEFAULT 500000)
LANGUAGE plpgsql AS $$
DECLARE
    leave_at CONSTANT timestamptz := clock_timestamp() + interval '50 seconds';
    start_id bigint;
    end_id bigint;
    is_late boolean;
BEGIN
    LOOP
        is_late := clock_timestamp() > leave_at;
        BEGIN
            EXECUTE format('SELECT start_id, end_id FROM %s($1)', rollup_function)
            INTO start_id, end_id USING max_events;
        EXCEPTION WHEN lock_not_available THEN
            IF is_late THEN
                RAISE;
            END IF;
            end_id := NULL;
        END;
        COMMIT;
        EXIT WHEN is_late OR end_id - start_id + 1 < max_events;
        IF end_id IS NULL THEN
            PERFORM pg_sleep(2);
        END IF;
    END LOOP;
END
$$;
