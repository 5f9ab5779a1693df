-- title: Lag by partition
-- source: donations
-- draw: table
-- every: 1s
-- help: Each partition of the donations topic: the next message to load, its end, what waits, what was of no use.

-- Marked when more waits than is loaded of all partitions in 2 s, and more than 1,000. Errors are
-- counted as 25_pipeline.sql says.
SELECT CAST(c.SOURCE_PARTITION_ID AS SIGNED) AS `partition`, c.CURSOR_OFFSET AS `next offset`, c.LATEST_OFFSET AS `end`,
       GREATEST(c.LATEST_OFFSET - c.CURSOR_OFFSET, 0) AS `lag`, COALESCE(e.`errors`, 0) AS `errors`,
       CAST('1970-01-01' AS DATETIME(6))
           + INTERVAL (CAST(1000000 * c.UPDATED_UNIX_TIMESTAMP AS SIGNED)) MICROSECOND AS `updated`,
       CASE WHEN c.LATEST_OFFSET - c.CURSOR_OFFSET > GREATEST(1000, b.in_2_s) THEN 'warn' END AS `flag`
FROM information_schema.PIPELINES_CURSORS c
CROSS JOIN (
    SELECT COALESCE(SUM(ROWS_STREAMED), 0) / 5 AS in_2_s
    FROM information_schema.PIPELINES_BATCHES_SUMMARY
    WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations'
      AND BATCH_STATE = 'Succeeded' AND START_TIME > NOW(6) - INTERVAL 10 SECOND
) b
LEFT JOIN (
    SELECT BATCH_SOURCE_PARTITION_ID, COUNT(*) AS `errors`
    FROM information_schema.PIPELINES_ERRORS
    WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations' AND LEFT(ERROR_MESSAGE, 10) <> 'LEAF ERROR'
    GROUP BY BATCH_SOURCE_PARTITION_ID
) e ON e.BATCH_SOURCE_PARTITION_ID = c.SOURCE_PARTITION_ID
WHERE c.DATABASE_NAME = DATABASE() AND c.PIPELINE_NAME = 'donations'
ORDER BY `partition`
