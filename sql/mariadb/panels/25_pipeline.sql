-- title: Pipeline
-- source: donations
-- draw: table
-- every: 1s
-- help: What loads the donations: state, lag, what it has loaded in the last 10 s, and errors of the last 5 minutes.

-- One row, also when nothing is at work. Seen: the last sign of life. Errors are dead letters.
-- Marked when more waits than is loaded in 2 s, and more than 1,000.
SELECT 'rtdash ingest' AS pipeline,
       CASE WHEN o.seen IS NULL THEN 'no ingest yet' WHEN o.is_silent THEN 'silent since' ELSE 'running' END AS state,
       o.seen, d.`lag`, ROUND(b.rows_per_s) AS `rows/s`, CAST(b.batches_per_s AS DECIMAL(12, 1)) AS `batches/s`,
       b.errors,
       CAST('1970-01-01' AS DATETIME(6)) + INTERVAL b.last_error MICROSECOND AS `last error`,
       CASE WHEN o.seen IS NULL OR o.is_silent THEN 'error'
            WHEN b.errors > 0 OR d.`lag` > GREATEST(1000, 2 * b.rows_per_s) THEN 'warn' END AS flag
FROM (
    SELECT MAX(updated_at) AS seen, MAX(updated_at) < UTC_TIMESTAMP(6) - INTERVAL 3 SECOND AS is_silent
    FROM ingest_offsets
    WHERE topic = 'donations'
) o
CROSS JOIN donation_delivery d
CROSS JOIN (
    SELECT COALESCE(SUM(is_recent * loaded), 0) / 10 AS rows_per_s, COALESCE(SUM(is_recent), 0) / 10 AS batches_per_s,
           COALESCE(SUM(dead), 0) AS errors, MAX(CASE WHEN dead > 0 THEN batch_id END) AS last_error
    FROM (
        SELECT batch_id, loaded, dead, batch_id > (UNIX_TIMESTAMP(NOW(6)) - 10) * 1000000 AS is_recent
        FROM ingest_batches
        WHERE batch_id > (UNIX_TIMESTAMP(NOW(6)) - 300) * 1000000
    ) r
) b
