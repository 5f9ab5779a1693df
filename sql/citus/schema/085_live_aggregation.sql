-- The live tables, every second: kept short by `max_events`, so that the next run and the panels wait little.
--
-- Each level is one statement over the window: raw is counted once into buckets of the smallest width that still keeps
-- the event's time, and those are united into every width. Unions equal the sketch made directly.
CREATE OR REPLACE FUNCTION live_aggregation(
    max_events bigint DEFAULT 20000, OUT start_id bigint, OUT end_id bigint
)
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $function$
DECLARE
    widths interval[];
    oldest timestamptz[];
    dimension text;
BEGIN
    SELECT window_start, window_end INTO start_id, end_id FROM incremental_rollup_window('live', max_events);
    IF start_id > end_id THEN
        RETURN;
    END IF;
    SELECT array_agg(width ORDER BY width), array_agg(date_bin(width, now() - keep, timestamptz 'epoch') ORDER BY width)
    INTO widths, oldest FROM live_widths;

    INSERT INTO live_customers AS kept (
        customer_id, width, bucket, event_count, device_distinct_count, session_distinct_count, top_devices_1000
    )
    SELECT
        customer_id, live.width, date_bin(live.width, part.bucket, timestamptz 'epoch'), sum(event_count)::bigint,
        hll_union_agg(devices), hll_union_agg(sessions), topn_union_agg(top_devices)
    FROM (
        SELECT
            customer_id,
            date_bin(
                CASE WHEN event_time >= oldest[1] THEN widths[1] ELSE widths[2] END, event_time, timestamptz 'epoch'
            ) AS bucket,
            count(*) AS event_count,
            coalesce(hll_add_agg(hll_hash_bigint(device_id)), hll_empty()) AS devices,
            coalesce(hll_add_agg(hll_hash_bigint(session_id)), hll_empty()) AS sessions,
            coalesce(topn_add_agg(device_id::text), '{}') AS top_devices
        FROM events WHERE event_id BETWEEN start_id AND end_id GROUP BY 1, 2
    ) AS part
    CROSS JOIN unnest(widths, oldest) AS live (width, oldest)
    WHERE part.bucket >= live.oldest
    GROUP BY 1, 2, 3
    ON CONFLICT (customer_id, width, bucket) DO UPDATE SET
        event_count = kept.event_count + excluded.event_count,
        device_distinct_count = hll_union(kept.device_distinct_count, excluded.device_distinct_count),
        session_distinct_count = hll_union(kept.session_distinct_count, excluded.session_distinct_count),
        top_devices_1000 = topn_union(kept.top_devices_1000, excluded.top_devices_1000);

    FOREACH dimension IN ARRAY ARRAY['country', 'event_type', 'browser'] LOOP
        EXECUTE format($sql$
            INSERT INTO live_breakdowns AS kept (
                customer_id, dimension, value, width, bucket, event_count, device_distinct_count, session_distinct_count
            )
            SELECT
                customer_id, %1$L, value, live.width, date_bin(live.width, part.bucket, timestamptz 'epoch'),
                sum(event_count)::bigint, hll_union_agg(devices), hll_union_agg(sessions)
            FROM (
                SELECT
                    customer_id, %1$I AS value,
                    date_bin(
                        CASE WHEN event_time >= $4[1] THEN $3[1] ELSE $3[2] END, event_time, timestamptz 'epoch'
                    ) AS bucket,
                    count(*) AS event_count,
                    coalesce(hll_add_agg(hll_hash_bigint(device_id)), hll_empty()) AS devices,
                    coalesce(hll_add_agg(hll_hash_bigint(session_id)), hll_empty()) AS sessions
                FROM events WHERE event_id BETWEEN $1 AND $2 GROUP BY 1, 2, 3
            ) AS part
            CROSS JOIN unnest($3, $4) AS live (width, oldest)
            WHERE part.bucket >= live.oldest
            GROUP BY 1, 2, 3, 4, 5
            ON CONFLICT (customer_id, width, bucket, dimension, value) DO UPDATE SET
                event_count = kept.event_count + excluded.event_count,
                device_distinct_count = hll_union(kept.device_distinct_count, excluded.device_distinct_count),
                session_distinct_count = hll_union(kept.session_distinct_count, excluded.session_distinct_count)
        $sql$, dimension) USING start_id, end_id, widths, oldest;
    END LOOP;

    INSERT INTO live_totals AS kept (width, bucket, event_count, device_distinct_count, session_distinct_count)
    SELECT
        live.width, date_bin(live.width, part.bucket, timestamptz 'epoch'), sum(event_count)::bigint,
        hll_union_agg(devices), hll_union_agg(sessions)
    FROM (
        SELECT
            date_bin(
                CASE WHEN event_time >= oldest[1] THEN widths[1] ELSE widths[2] END, event_time, timestamptz 'epoch'
            ) AS bucket,
            count(*) AS event_count,
            coalesce(hll_add_agg(hll_hash_bigint(device_id)), hll_empty()) AS devices,
            coalesce(hll_add_agg(hll_hash_bigint(session_id)), hll_empty()) AS sessions
        FROM events WHERE event_id BETWEEN start_id AND end_id GROUP BY 1
    ) AS part
    CROSS JOIN unnest(widths, oldest) AS live (width, oldest)
    WHERE part.bucket >= live.oldest
    GROUP BY 1, 2
    ON CONFLICT (width, bucket) DO UPDATE SET
        event_count = kept.event_count + excluded.event_count,
        device_distinct_count = hll_union(kept.device_distinct_count, excluded.device_distinct_count),
        session_distinct_count = hll_union(kept.session_distinct_count, excluded.session_distinct_count);
END
$function$;
