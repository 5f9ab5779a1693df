-- The live tables, every second: kept short by `max_events`, so that the next run and the panels wait little.
--
-- Each level and width is one INSERT … SELECT straight from raw, grouped by the distribution column: the form that Citus
-- is known to push down to the shards. What is older than a width's `keep` counts in the larger width alone.
CREATE OR REPLACE FUNCTION live_aggregation(
    max_events bigint DEFAULT 10000, OUT start_id bigint, OUT end_id bigint
)
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $function$
DECLARE
    started_at timestamptz := clock_timestamp();
    granted_at timestamptz;
    live record;
    dimension text;
    part_rows bigint;
    rows_written bigint := 0;
BEGIN
    SELECT window_start, window_end INTO start_id, end_id FROM incremental_rollup_window('live', max_events);
    IF start_id > end_id THEN
        RETURN;
    END IF;
    granted_at := clock_timestamp();

    FOR live IN SELECT width, date_bin(width, now() - keep, timestamptz 'epoch') AS oldest FROM live_widths LOOP
        INSERT INTO live_customers AS kept (
            customer_id, width, bucket, event_count, device_distinct_count, session_distinct_count, top_devices_1000
        )
        SELECT
            customer_id, live.width, date_bin(live.width, event_time, timestamptz 'epoch'), count(*),
            coalesce(hll_add_agg(hll_hash_bigint(device_id)), hll_empty()),
            coalesce(hll_add_agg(hll_hash_bigint(session_id)), hll_empty()),
            coalesce(topn_add_agg(device_id::text), '{}')
        FROM events
        WHERE event_id BETWEEN start_id AND end_id AND event_time >= live.oldest
        GROUP BY 1, 3
        ON CONFLICT (customer_id, width, bucket) DO UPDATE SET
            event_count = kept.event_count + excluded.event_count,
            device_distinct_count = hll_union(kept.device_distinct_count, excluded.device_distinct_count),
            session_distinct_count = hll_union(kept.session_distinct_count, excluded.session_distinct_count),
            top_devices_1000 = topn_union(kept.top_devices_1000, excluded.top_devices_1000);
        GET DIAGNOSTICS part_rows = ROW_COUNT;
        rows_written := rows_written + part_rows;

        FOREACH dimension IN ARRAY ARRAY['country', 'event_type', 'browser'] LOOP
            EXECUTE format($sql$
                INSERT INTO live_breakdowns AS kept (
                    customer_id, dimension, value, width, bucket,
                    event_count, device_distinct_count, session_distinct_count
                )
                SELECT
                    customer_id, %1$L, %1$I, $1, date_bin($1, event_time, timestamptz 'epoch'), count(*),
                    coalesce(hll_add_agg(hll_hash_bigint(device_id)), hll_empty()),
                    coalesce(hll_add_agg(hll_hash_bigint(session_id)), hll_empty())
                FROM events
                WHERE event_id BETWEEN $3 AND $4 AND event_time >= $2
                GROUP BY 1, 3, 5
                ON CONFLICT (customer_id, width, bucket, dimension, value) DO UPDATE SET
                    event_count = kept.event_count + excluded.event_count,
                    device_distinct_count = hll_union(kept.device_distinct_count, excluded.device_distinct_count),
                    session_distinct_count = hll_union(kept.session_distinct_count, excluded.session_distinct_count)
            $sql$, dimension) USING live.width, live.oldest, start_id, end_id;
            GET DIAGNOSTICS part_rows = ROW_COUNT;
            rows_written := rows_written + part_rows;
        END LOOP;

        INSERT INTO live_totals AS kept (width, bucket, event_count, device_distinct_count, session_distinct_count)
        SELECT
            live.width, date_bin(live.width, event_time, timestamptz 'epoch'), count(*),
            coalesce(hll_add_agg(hll_hash_bigint(device_id)), hll_empty()),
            coalesce(hll_add_agg(hll_hash_bigint(session_id)), hll_empty())
        FROM events
        WHERE event_id BETWEEN start_id AND end_id AND event_time >= live.oldest
        GROUP BY 2
        ON CONFLICT (width, bucket) DO UPDATE SET
            event_count = kept.event_count + excluded.event_count,
            device_distinct_count = hll_union(kept.device_distinct_count, excluded.device_distinct_count),
            session_distinct_count = hll_union(kept.session_distinct_count, excluded.session_distinct_count);
        GET DIAGNOSTICS part_rows = ROW_COUNT;
        rows_written := rows_written + part_rows;
    END LOOP;
    PERFORM record_rollup_run('live', started_at, granted_at, start_id, end_id, rows_written);
END
$function$;
