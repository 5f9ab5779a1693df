-- The rollup functions in the workshop's form: whatever goes wrong with the lock, the window moves on; one run takes all
-- that is there; the bucket is reckoned with timestamps that have no time zone.
CREATE FUNCTION incremental_rollup_window(rollup_name text, OUT window_start bigint, OUT window_end bigint)
LANGUAGE plpgsql AS $$
DECLARE
    table_to_lock regclass;
BEGIN
    SELECT event_table_name, last_aggregated_id + 1, coalesce(pg_sequence_last_value(event_id_sequence_name), 0)
    INTO table_to_lock, window_start, window_end FROM rollups WHERE name = rollup_name FOR UPDATE;
    BEGIN
        EXECUTE format('LOCK %s IN SHARE ROW EXCLUSIVE MODE', table_to_lock);
        RAISE 'release table lock';
    EXCEPTION WHEN OTHERS THEN
    END;
    UPDATE rollups SET last_aggregated_id = window_end WHERE name = rollup_name;
END
$$;

CREATE FUNCTION five_minutely_aggregation(OUT start_id bigint, OUT end_id bigint)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT window_start, window_end INTO start_id, end_id FROM incremental_rollup_window('rollup_events_5min');
    INSERT INTO rollup_events_5min
    SELECT
        customer_id, event_type, country, browser,
        date_trunc('seconds', (event_time - timestamp 'epoch') / 300) * 300 + timestamp 'epoch' AS bucket,
        count(*), hll_add_agg(hll_hash_bigint(device_id)), hll_add_agg(hll_hash_bigint(session_id)),
        topn_add_agg(device_id::text)
    FROM events WHERE event_id BETWEEN start_id AND end_id
    GROUP BY customer_id, event_type, country, browser, bucket
    ON CONFLICT (customer_id, event_type, country, browser, minute) DO UPDATE SET
        event_count = rollup_events_5min.event_count + excluded.event_count,
        device_distinct_count = hll_union(rollup_events_5min.device_distinct_count, excluded.device_distinct_count),
        session_distinct_count = hll_union(rollup_events_5min.session_distinct_count, excluded.session_distinct_count),
        top_devices_1000 = topn_union(rollup_events_5min.top_devices_1000, excluded.top_devices_1000);
END
$$;

CREATE FUNCTION hourly_aggregation(OUT start_id bigint, OUT end_id bigint)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT window_start, window_end INTO start_id, end_id FROM incremental_rollup_window('rollup_events_1hr');
    INSERT INTO rollup_events_1hr
    SELECT
        customer_id, event_type, country, browser, date_trunc('hour', event_time) AS bucket,
        count(*), hll_add_agg(hll_hash_bigint(device_id)), hll_add_agg(hll_hash_bigint(session_id)),
        topn_add_agg(device_id::text)
    FROM events WHERE event_id BETWEEN start_id AND end_id
    GROUP BY customer_id, event_type, country, browser, bucket
    ON CONFLICT (customer_id, event_type, country, browser, hour) DO UPDATE SET
        event_count = rollup_events_1hr.event_count + excluded.event_count,
        device_distinct_count = hll_union(rollup_events_1hr.device_distinct_count, excluded.device_distinct_count),
        session_distinct_count = hll_union(rollup_events_1hr.session_distinct_count, excluded.session_distinct_count),
        top_devices_1000 = topn_union(rollup_events_1hr.top_devices_1000, excluded.top_devices_1000);
END
$$;
