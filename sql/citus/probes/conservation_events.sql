-- title: Conservation of events
-- source: citus
-- draw: table
-- every: 1s
-- help: What became of the events that the campaigns have sent.

-- One row, over all lives of the topic.
SELECT
    coalesce(sum(loaded), 0)::bigint AS loaded,
    coalesce(sum(greatest(latest_offset - next_offset, 0)) FILTER (WHERE is_newest), 0)::bigint AS lag,
    coalesce(sum(dead), 0)::bigint AS dead,
    coalesce(sum(lost), 0)::bigint AS lost,
    coalesce(sum(duplicates), 0)::bigint AS duplicates,
    extract(epoch FROM clock_timestamp() - min(seen_at) FILTER (WHERE is_newest))::float8 AS unseen_s
FROM (
    SELECT *, incarnation = first_value(incarnation) OVER (ORDER BY updated_at DESC) AS is_newest
    FROM ingest_offsets
    WHERE topic = 'clickstream'
) AS offsets
