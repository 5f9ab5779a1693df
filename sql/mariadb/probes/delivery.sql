-- title: Delivery
-- source: donations
-- draw: table
-- help: Lag and losses of the donations topic, and how long ingest has been silent.
SELECT `lag`, dead_now AS dead, lost, duplicates_now AS duplicates, silent_s, unseen_s,
       CASE WHEN silent_s IS NULL THEN 'no ingest yet' ELSE 'ingest silent' END AS trouble
FROM donation_delivery
