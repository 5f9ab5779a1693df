-- Amount of the active campaign in each city, and where it lies.
SELECT city AS `label`, MIN(latitude) AS latitude, MIN(longitude) AS longitude, SUM(total_amount) AS `value`
FROM donation_transactions
WHERE is_campaign_active = 1
GROUP BY city
ORDER BY `value` DESC, `label`
