-- title: Clickstream lag
-- source: citus
-- draw: table
-- every: 1s
-- help: How far the live tables and the two rollups are behind the events that were loaded.
SELECT
    CASE WHEN behind.live > 0 THEN greatest(extract(epoch FROM now() - rolled_up_until), 0) ELSE 0 END::float8
        AS behind_s,
    behind.live AS events_behind,
    (SELECT coalesce(sum(event_count), 0)::bigint FROM live_totals WHERE width = '1 hour') AS events_total,
    behind.five_minutes AS five_minutes_behind,
    behind.hour AS hour_behind,
    (SELECT max(until_time) FROM generated_history) AS history_until
FROM (
    SELECT
        max(newest_id - last_aggregated_id) FILTER (WHERE name = 'live') AS live,
        max(newest_id - last_aggregated_id) FILTER (WHERE name = 'rollup_events_5min') AS five_minutes,
        max(newest_id - last_aggregated_id) FILTER (WHERE name = 'rollup_events_1hr') AS hour,
        max(rolled_up_until) FILTER (WHERE name = 'live') AS rolled_up_until
    FROM rollups
    CROSS JOIN LATERAL (SELECT coalesce(pg_sequence_last_value(event_id_sequence_name), 0) AS newest_id) AS drawn
) AS behind
