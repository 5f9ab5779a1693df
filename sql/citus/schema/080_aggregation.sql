-- The rollups. Each run takes one window of new events; a backlog is worked off in slices of `max_events`.
-- Buckets are UTC whatever the time zone of the session, and of the workers: date_bin counts from the epoch.

-- The workshop's two tables have one shape and differ in the width and the name of their bucket.
CREATE OR REPLACE FUNCTION aggregate_window(
    rollup_name text, bucket_column name, width interval, max_events bigint, OUT start_id bigint, OUT end_id bigint
)
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $function$
BEGIN
    SELECT window_start, window_end INTO start_id, end_id FROM incremental_rollup_window(rollup_name, max_events);
    IF start_id > end_id THEN
        RETURN;
    END IF;
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
END
$function$;

CREATE OR REPLACE FUNCTION five_minutely_aggregation(
    max_events bigint DEFAULT 1000000, OUT start_id bigint, OUT end_id bigint
)
LANGUAGE sql SET search_path FROM CURRENT AS $$
    SELECT start_id, end_id FROM aggregate_window('rollup_events_5min', 'minute', '5 minutes', max_events)
$$;

CREATE OR REPLACE FUNCTION hourly_aggregation(
    max_events bigint DEFAULT 1000000, OUT start_id bigint, OUT end_id bigint
)
LANGUAGE sql SET search_path FROM CURRENT AS $$
    SELECT start_id, end_id FROM aggregate_window('rollup_events_1hr', 'hour', '1 hour', max_events)
$$;
