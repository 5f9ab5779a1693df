-- Rows a second over the last 10 s; the numbers of batches are microseconds of the epoch.
SELECT COALESCE(SUM(loaded), 0) / 10
FROM ingest_batches
WHERE batch_id >= (UNIX_TIMESTAMP(NOW(6)) - 10) * 1000000
