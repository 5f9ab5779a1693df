-- Each partition of the topic, and how many of its messages are not loaded; NULL while the broker is being asked.
SELECT SOURCE_PARTITION_ID, GREATEST(LATEST_OFFSET - CURSOR_OFFSET, 0)
FROM information_schema.PIPELINES_CURSORS
WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = %(pipeline)s
