-- The pair of city and organisation with the largest amount in the active campaign.
SELECT SUM(total_amount) AS `value`, CONCAT(city, ' · ', organization) AS `label`
FROM donation_transactions
WHERE is_campaign_active = 1
GROUP BY city, organization
ORDER BY `value` DESC, `label`
LIMIT 1
