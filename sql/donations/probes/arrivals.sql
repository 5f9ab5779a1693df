-- title: Donations that arrived
-- source: donations
-- draw: table
-- help: What became visible since the arrival that was seen last; from it the delay from produced to visible is taken.

-- The first row has no arrival_id: it says what time it is, also when nothing arrived.
SELECT u.arrival_id, u.produced_at, u.donations, u.server_now
FROM (
    (
        SELECT arrival_id, produced_at, donations, UTC_TIMESTAMP(6) AS server_now
        FROM donation_arrivals
        WHERE arrival_id > %(after_arrival)s
        ORDER BY arrival_id
        LIMIT 900
    )
    UNION ALL
    SELECT NULL, NULL, NULL, UTC_TIMESTAMP(6)
) u
ORDER BY u.arrival_id
