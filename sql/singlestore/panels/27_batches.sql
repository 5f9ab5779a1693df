-- title: Latest batches
-- source: donations
-- draw: table
-- every: 1s
-- help: What was loaded at once, newest first: when it began, what came of it, and how long it took.

-- The server tells when one began in its local time, and nothing of duplicates, which the procedure leaves out.
-- Only what failed is an error: STOP PIPELINE cancels what is under way. Errors are counted as 25_pipeline.sql says.
SELECT CAST('1970-01-01' AS DATETIME(6))
           + INTERVAL (CAST(1000000 * UNIX_TIMESTAMP(b.START_TIME) AS SIGNED)) MICROSECOND AS `begun`,
       LOWER(b.BATCH_STATE) AS `state`, b.ROWS_STREAMED AS `rows`, ROUND(b.ROWS_PER_SEC) AS `rows/s`,
       CAST(1000 * b.BATCH_TIME AS DECIMAL(12, 1)) AS ms, COALESCE(e.`errors`, 0) AS `errors`, NULL AS `duplicates`,
       CASE WHEN b.BATCH_STATE = 'Failed' THEN 'error'
            WHEN e.`errors` > 0 THEN 'warn' END AS `flag`
FROM information_schema.PIPELINES_BATCHES_SUMMARY b
LEFT JOIN (
    SELECT BATCH_ID, COUNT(*) AS `errors`
    FROM information_schema.PIPELINES_ERRORS
    WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations' AND LEFT(ERROR_MESSAGE, 10) <> 'LEAF ERROR'
    GROUP BY BATCH_ID
) e ON e.BATCH_ID = b.BATCH_ID
WHERE b.DATABASE_NAME = DATABASE() AND b.PIPELINE_NAME = 'donations'
ORDER BY b.BATCH_ID DESC
LIMIT 50
