-- title: Clickstream lag
-- source: citus
-- draw: table
-- every: 1s
-- help: How far the live tables are behind the events that were loaded, and ingest behind those that were produced.

-- One row, whatever the tables hold; silent_s is NULL when ingest was never heard of. Lag and dead letters are those of
-- the topic's latest incarnation, losses those of all: what an earlier broker took with it stays lost.
-- A rollup that runs holds its advisory lock; `checkpoint` is NULL where the role may not see what the checkpointer does.
SELECT
    CASE WHEN live.events > 0 THEN greatest(extract(epoch FROM now() - live.rolled_up_until), 0) ELSE 0 END::float8
        AS behind_s,
    (SELECT max(until_time) FROM generated_history) AS history_until,
    delivery.*,
    (
        SELECT string_agg(replace(name, 'rollup_events_', ''), ', ' ORDER BY name)
        FROM rollups JOIN pg_locks ON objid = (hashtext(name)::bigint & 4294967295)::oid
        WHERE locktype = 'advisory' AND granted AND classid = 'rollups'::regclass
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) AS rolling_up,
    (
        SELECT wait_event IS DISTINCT FROM 'CheckpointerMain' FROM pg_stat_activity WHERE backend_type = 'checkpointer'
    ) AS checkpoint
FROM (
    SELECT
        max(coalesce(pg_sequence_last_value(event_id_sequence_name), 0) - last_aggregated_id) AS events,
        max(rolled_up_until) AS rolled_up_until
    FROM rollups
    WHERE name = 'live'
) AS live
CROSS JOIN (
    SELECT
        -- The clock, not now(): a sign of life may be younger than this transaction.
        extract(epoch FROM clock_timestamp() - max(updated_at))::float8 AS silent_s,
        coalesce(sum(greatest(latest_offset - next_offset, 0)) FILTER (WHERE is_newest), 0)::bigint AS lag,
        coalesce(sum(dead) FILTER (WHERE is_newest), 0)::bigint AS dead,
        coalesce(sum(lost), 0)::bigint AS lost
    FROM (
        SELECT *, incarnation = first_value(incarnation) OVER (ORDER BY updated_at DESC) AS is_newest
        FROM ingest_offsets
        WHERE topic = 'clickstream'
    ) AS offsets
) AS delivery
