-- title: Last 35 s by city
-- source: donations
-- draw: sparklines
-- unit: eur
-- help: Amount a second in each city over the last 35 s, or the last 35 s before the end; the newest second is still filling.

-- The zeros at both ends hold the window open when nothing comes in: the line falls, it does not stop.
SELECT u.`label`, u.`at`, CAST(SUM(u.`value`) AS DECIMAL(18, 2)) AS `value`
FROM (
    SELECT s.city AS `label`, s.`second` AS `at`, s.amount AS `value`
    FROM current_campaigns c
    JOIN donation_seconds s ON s.campaign_id = c.campaign_id
    WHERE s.`second` > COALESCE(
        -- donation_window, spelt out: MariaDB makes a range of a constant, not of a view.
        (SELECT UTC_TIMESTAMP(6) FROM campaigns WHERE `state` IN ('running', 'stopping') LIMIT 1),
        (SELECT MAX(ended_at) FROM campaigns)
    ) - INTERVAL 35 SECOND
    UNION ALL
    SELECT t.city, e.`at` - INTERVAL MICROSECOND(e.`at`) MICROSECOND, 0
    FROM (
        SELECT window_end AS `at` FROM donation_window
        UNION ALL
        SELECT window_end - INTERVAL 34 SECOND FROM donation_window
    ) e
    CROSS JOIN donation_totals t
    JOIN current_campaigns c ON c.campaign_id = t.campaign_id
) u
GROUP BY u.`label`, u.`at`
ORDER BY u.`label`, u.`at`
