-- title: Errors of the pipeline
-- source: donations
-- draw: table
-- every: 1s
-- help: What the pipeline could not read, and what stopped it, newest first; the server keeps it for a while.

-- Each once, as 25_pipeline.sql says.
SELECT CAST('1970-01-01' AS DATETIME(6))
           + INTERVAL (CAST(1000000 * ERROR_UNIX_TIMESTAMP AS SIGNED)) MICROSECOND AS `recorded`,
       BATCH_ID AS `batch`, BATCH_SOURCE_PARTITION_ID AS `partition`, CAST(ERROR_CODE AS CHAR) AS `code`,
       LEFT(ERROR_MESSAGE, 80) AS `reason`, LEFT(LOAD_DATA_LINE, 120) AS `message`,
       CASE WHEN ERROR_TYPE = 'Warning' THEN 'warn' ELSE 'error' END AS `flag`
FROM information_schema.PIPELINES_ERRORS
WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations' AND LEFT(ERROR_MESSAGE, 10) <> 'LEAF ERROR'
ORDER BY ERROR_UNIX_TIMESTAMP DESC
LIMIT 50
