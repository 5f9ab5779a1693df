-- title: Latest batches
-- source: donations
-- draw: table
-- every: 1s
-- help: What was loaded at once, newest first: when it began, what came of it, and how long it took.

-- A batch that was rolled back has left no row. Errors are dead letters.
SELECT CAST('1970-01-01' AS DATETIME(6)) + INTERVAL (batch_id - ROUND(1000 * took_ms)) MICROSECOND AS begun,
       'succeeded' AS state, loaded AS `rows`, ROUND(1000 * loaded / took_ms) AS `rows/s`,
       CAST(took_ms AS DECIMAL(12, 1)) AS ms, dead AS errors, duplicates, CASE WHEN dead > 0 THEN 'warn' END AS flag
FROM ingest_batches
ORDER BY batch_id DESC
LIMIT 50
