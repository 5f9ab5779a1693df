-- Amount a second in each city over the last 35 s: whole seconds, of which the newest is still filling.
SELECT city AS `label`, transaction_date - INTERVAL MICROSECOND(transaction_date) MICROSECOND AS `at`,
       SUM(total_amount) AS `value`
FROM donation_transactions
WHERE is_campaign_active = 1
  AND transaction_date >= UTC_TIMESTAMP() - INTERVAL 34 SECOND
GROUP BY `label`, `at`
ORDER BY `label`, `at`
