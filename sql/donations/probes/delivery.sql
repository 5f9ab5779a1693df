-- title: Delivery
-- source: donations
-- draw: table
-- help: Lag and losses of the donations topic, and how long ingest has been silent.

-- One row; silent_s is NULL when ingest was never heard of. Losses are those of every incarnation: what an earlier
-- broker took with it stays lost. The rest is of the latest.
SELECT COALESCE(SUM(CASE WHEN is_newest AND latest_offset > next_offset THEN latest_offset - next_offset ELSE 0 END), 0)
           AS lag,
       COALESCE(SUM(CASE WHEN is_newest THEN dead ELSE 0 END), 0) AS dead,
       COALESCE(SUM(lost), 0) AS lost,
       COALESCE(SUM(CASE WHEN is_newest THEN duplicates ELSE 0 END), 0) AS duplicates,
       TIMESTAMPDIFF(MICROSECOND, MAX(updated_at), UTC_TIMESTAMP(6)) / 1e6 AS silent_s
FROM (
    SELECT next_offset, latest_offset, dead, lost, duplicates, updated_at,
           incarnation = FIRST_VALUE(incarnation) OVER (ORDER BY updated_at DESC) AS is_newest
    FROM ingest_offsets
    WHERE topic = 'donations'
) o
