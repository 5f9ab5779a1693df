-- The latest batches: number, state, rows, rows a second, seconds, and when each began (seconds since the epoch).
SELECT batch_id, 'Succeeded', loaded, 1000 * loaded / took_ms, took_ms / 1000, batch_id / 1000000 - took_ms / 1000
FROM ingest_batches
ORDER BY batch_id DESC
LIMIT %(limit)s
