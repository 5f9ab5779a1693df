-- running while ingest gives signs of life.
SELECT CASE WHEN MAX(updated_at) >= UTC_TIMESTAMP(6) - INTERVAL 1500 * 1000 MICROSECOND THEN 'running' ELSE 'silent' END
FROM ingest_offsets
WHERE topic = %(pipeline)s
