-- Donations as they lie in the tables: one by one, in their sums, and as ingest has counted them.
SELECT (SELECT COUNT(*) FROM donation_transactions) AS `rows`,
       (SELECT COALESCE(SUM(donations), 0) FROM donation_totals) AS totals,
       (SELECT COALESCE(SUM(loaded), 0) FROM ingest_offsets WHERE topic = 'donations') AS loaded
