-- title: Sessions by step, last hour
-- source: citus
-- draw: counts
-- every: 2s
-- help: Sessions that had each step in the last hour's 5-minute buckets, in any order; %% of those with a page view.

-- On Citus every shard unites its own sketches, and the coordinator those of the shards.
WITH reached AS MATERIALIZED (
    SELECT value AS step, round(hll_cardinality(hll_union_agg(session_distinct_count)))::bigint AS sessions
    FROM live_breakdowns
    WHERE dimension = 'event_type' AND value IN ('page_view', 'click', 'donate')
        AND width = '5 minutes' AND bucket <= now()
        AND bucket >= date_bin('5 minutes', now() - interval '1 hour', timestamptz 'epoch')
    GROUP BY value
)
SELECT
    step || CASE WHEN place > 1 THEN coalesce(', ' || round(100.0 * sessions / nullif(viewed, 0), 1) || ' %%', '') ELSE '' END
        AS label,
    sessions AS value,
    -- One standard error of HyperLogLog with 2^11 registers: 1.04 / sqrt(2048).
    sessions * 0.023 AS error,
    date_bin('5 minutes', now() - interval '1 hour', timestamptz 'epoch') AS since
FROM (
    SELECT
        place, step, coalesce(sessions, 0) AS sessions,
        first_value(coalesce(sessions, 0)) OVER (ORDER BY place) AS viewed
    FROM (VALUES (1, 'page_view'), (2, 'click'), (3, 'donate')) AS funnel (place, step)
    LEFT JOIN reached USING (step)
) AS steps
ORDER BY place
