-- title: Last 35 s by city
-- source: donations
-- draw: sparklines
-- unit: eur
-- help: Amount a second in each city over the last 35 s, or the last 35 s before the end. A second without donations has no row.
SELECT s.city AS label, s.`second` AS `at`, CAST(SUM(s.amount) AS DECIMAL(18, 2)) AS value
FROM current_campaigns c
JOIN donation_seconds s ON s.campaign_id = c.campaign_id
WHERE s.`second` > (
    -- donation_window, spelt out: MariaDB makes a range of a constant, not of a view.
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM campaigns WHERE state IN ('running', 'stopping')) THEN UTC_TIMESTAMP(6)
        ELSE (SELECT MAX(ended_at) FROM campaigns)
    END
) - INTERVAL 35 SECOND
GROUP BY s.city, s.`second`
ORDER BY s.city, s.`second`
