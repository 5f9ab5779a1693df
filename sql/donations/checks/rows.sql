-- Donations as they lie in the tables: one by one, in their sums, and as ingest has counted them.
SELECT (SELECT COUNT(*) FROM donation_transactions) AS `rows`,
       (SELECT COALESCE(SUM(donations), 0) FROM donation_totals) AS totals,
       (SELECT loaded FROM donation_delivery) AS loaded
