-- The latest dead letters that wait, in the place of errors.
SELECT UNIX_TIMESTAMP(recorded_at), 'Dead letter', NULL, reason, LEFT(payload, 4096)
FROM dead_letters
WHERE topic = %(pipeline)s AND replayed_at IS NULL
ORDER BY recorded_at DESC, partition_id, message_offset DESC
LIMIT %(limit)s
