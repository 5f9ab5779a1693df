-- title: Lag by partition
-- source: donations
-- draw: table
-- every: 1s
-- help: Each partition of the donations topic: the next message to load, its end, what waits, what was of no use.

-- Of the topic's latest life. Marked when more waits than is loaded of all partitions in 2 s, and more than 1,000.
SELECT o.partition_id AS `partition`, o.next_offset AS `next offset`, o.latest_offset AS `end`,
       GREATEST(o.latest_offset - o.next_offset, 0) AS `lag`, o.dead AS errors, o.updated_at AS updated,
       CASE WHEN o.latest_offset - o.next_offset > GREATEST(1000, b.in_2_s) THEN 'warn' END AS flag
FROM ingest_offsets o
CROSS JOIN (
    SELECT COALESCE(SUM(loaded), 0) / 5 AS in_2_s
    FROM ingest_batches
    WHERE batch_id > (UNIX_TIMESTAMP(NOW(6)) - 10) * 1000000
) b
WHERE o.topic = 'donations'
  AND o.incarnation = (
      SELECT incarnation FROM ingest_offsets WHERE topic = 'donations' ORDER BY updated_at DESC LIMIT 1
  )
ORDER BY o.partition_id
