-- The latest batches: number, state, rows, rows a second, seconds, and when each began (seconds since the epoch).
SELECT BATCH_ID, BATCH_STATE, ROWS_STREAMED, ROWS_PER_SEC, BATCH_TIME, UNIX_TIMESTAMP(START_TIME)
FROM information_schema.PIPELINES_BATCHES_SUMMARY
WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = %(pipeline)s
ORDER BY BATCH_ID DESC
LIMIT %(limit)s
