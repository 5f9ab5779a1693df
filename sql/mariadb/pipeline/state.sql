-- running while ingest gives signs of life; silent as in panels/25_pipeline.sql.
SELECT CASE WHEN MAX(updated_at) >= UTC_TIMESTAMP(6) - INTERVAL 3 SECOND THEN 'running' ELSE 'silent' END
FROM ingest_offsets
WHERE topic = %(pipeline)s
