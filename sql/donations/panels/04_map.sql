-- title: Amount by city
-- source: donations
-- draw: map
-- unit: eur
-- help: Amount of the current campaigns in each city, where it lies in France.
SELECT t.city AS `label`, MIN(t.latitude) AS latitude, MIN(t.longitude) AS longitude,
       CAST(SUM(t.amount) AS DECIMAL(18, 2)) AS `value`
FROM current_campaigns c
JOIN donation_totals t ON t.campaign_id = c.campaign_id
GROUP BY t.city
ORDER BY `value` DESC, `label`
