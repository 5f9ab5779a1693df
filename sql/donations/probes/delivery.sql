-- title: Delivery
-- source: donations
-- draw: table
-- help: Lag and losses of the donations topic in its latest incarnation, and how long ingest has been silent.

-- silent_s is NULL when ingest was never heard of.
SELECT MAX(o.incarnation) AS incarnation,
       COALESCE(SUM(CASE WHEN o.latest_offset > o.next_offset THEN o.latest_offset - o.next_offset ELSE 0 END), 0) AS lag,
       COALESCE(SUM(o.loaded), 0) AS loaded, COALESCE(SUM(o.dead), 0) AS dead,
       COALESCE(SUM(o.lost), 0) AS lost, COALESCE(SUM(o.duplicates), 0) AS duplicates,
       TIMESTAMPDIFF(MICROSECOND, MAX(o.updated_at), UTC_TIMESTAMP(6)) / 1e6 AS silent_s
FROM (
    SELECT incarnation FROM ingest_offsets WHERE topic = 'donations' ORDER BY updated_at DESC LIMIT 1
) newest
JOIN ingest_offsets o ON o.incarnation = newest.incarnation AND o.topic = 'donations'
