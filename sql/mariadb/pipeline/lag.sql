-- Each partition of the topic's latest life, and how many of its messages are not loaded.
SELECT partition_id, GREATEST(latest_offset - next_offset, 0)
FROM ingest_offsets
WHERE topic = %(pipeline)s
    AND incarnation = (
        SELECT incarnation FROM ingest_offsets WHERE topic = %(pipeline)s ORDER BY updated_at DESC LIMIT 1
    )
ORDER BY partition_id
