-- Rows a second over the batches that began in the last 10 s. Both times are the server's own.
SELECT COALESCE(SUM(ROWS_STREAMED), 0) / 10
FROM information_schema.PIPELINES_BATCHES_SUMMARY
WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = %(pipeline)s
    AND BATCH_STATE = 'Succeeded' AND START_TIME >= NOW() - INTERVAL 10 SECOND
