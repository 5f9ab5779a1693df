-- title: Dead letters
-- source: donations
-- draw: table
-- every: 1s
-- help: Messages that could not be used and wait, newest first; `rtdash dead-letters` shows all of one, and replays it.

-- Marked for 5 minutes. A pipeline tells no offsets: there the partition is -1, and the last number is our own.
SELECT recorded_at AS `recorded`, CONCAT(topic, ':', `partition_id`, ':', message_offset) AS `address`,
       LEFT(reason, 80) AS `reason`, LEFT(payload, 120) AS `message`,
       CASE WHEN recorded_at > UTC_TIMESTAMP(6) - INTERVAL 5 MINUTE THEN 'error' END AS `flag`
FROM dead_letters
WHERE topic = 'donations' AND replayed_at IS NULL
ORDER BY recorded_at DESC
LIMIT 50
