-- The latest errors: when (seconds since the epoch), type, code, message, and what of Kafka it was about.
SELECT ERROR_UNIX_TIMESTAMP, ERROR_TYPE, ERROR_CODE, ERROR_MESSAGE, LEFT(LOAD_DATA_LINE, 4096)
FROM information_schema.PIPELINES_ERRORS
WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = %(pipeline)s
ORDER BY ERROR_UNIX_TIMESTAMP DESC
LIMIT %(limit)s
