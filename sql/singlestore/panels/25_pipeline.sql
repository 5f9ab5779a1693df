-- title: Pipeline
-- source: donations
-- draw: table
-- every: 1s
-- help: What loads the donations: state, lag, what it has loaded in the last 10 s, and errors of the last 5 minutes.

-- One row, also when there is no pipeline, or none that this account may see. Seen: when its offsets last moved. Errors
-- are what the pipeline has logged; what the procedure could not use is among the dead letters. What a leaf has told the
-- aggregator is there twice, the copy beginning with LEAF ERROR. A Warning is of a message that was skipped.
-- Marked when more waits than is loaded in 2 s, and more than 1,000. Batches have the server's local time.
SELECT 'donations' AS `pipeline`, COALESCE(LOWER(p.`state`), 'no pipeline seen') AS `state`,
       CAST('1970-01-01' AS DATETIME(6)) + INTERVAL (CAST(1000000 * c.`seen` AS SIGNED)) MICROSECOND AS `seen`,
       c.`lag`, ROUND(b.rows_per_s) AS `rows/s`, CAST(b.batches_per_s AS DECIMAL(12, 1)) AS `batches/s`, e.`errors`,
       CAST('1970-01-01' AS DATETIME(6))
           + INTERVAL (CAST(1000000 * e.`last_error` AS SIGNED)) MICROSECOND AS `last error`,
       CASE WHEN p.`state` IS NULL OR p.`state` = 'Error' OR e.`failures` > 0 THEN 'error'
            WHEN p.`state` <> 'Running' OR e.`errors` > 0 OR c.`lag` > GREATEST(1000, 2 * b.rows_per_s)
            THEN 'warn' END AS `flag`
FROM (
    SELECT MAX(`STATE`) AS `state`
    FROM information_schema.PIPELINES
    WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations'
) p
CROSS JOIN (
    SELECT MAX(UPDATED_UNIX_TIMESTAMP) AS `seen`,
           CASE WHEN COUNT(LATEST_OFFSET - CURSOR_OFFSET) = COUNT(*)
                THEN SUM(GREATEST(LATEST_OFFSET - CURSOR_OFFSET, 0)) END AS `lag`
    FROM information_schema.PIPELINES_CURSORS
    WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations'
) c
CROSS JOIN (
    SELECT COALESCE(SUM(ROWS_STREAMED), 0) / 10 AS rows_per_s, COUNT(*) / 10 AS batches_per_s
    FROM information_schema.PIPELINES_BATCHES_SUMMARY
    WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations'
      AND BATCH_STATE = 'Succeeded' AND START_TIME > NOW(6) - INTERVAL 10 SECOND
) b
CROSS JOIN (
    SELECT COUNT(*) AS `errors`, COUNT(CASE WHEN ERROR_TYPE = 'Error' THEN 1 END) AS `failures`,
           MAX(ERROR_UNIX_TIMESTAMP) AS `last_error`
    FROM information_schema.PIPELINES_ERRORS
    WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations' AND ERROR_UNIX_TIMESTAMP > UNIX_TIMESTAMP() - 300
      AND LEFT(ERROR_MESSAGE, 10) <> 'LEAF ERROR'
) e
