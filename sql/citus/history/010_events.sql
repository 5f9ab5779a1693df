-- Visits of one stretch of the past, of one to eight events each: four customers, few devices that come often. A device
-- keeps its country and its browser. Ids follow time, as they would have.
INSERT INTO events (event_time, customer_id, event_type, country, browser, device_id, session_id)
WITH visits AS MATERIALIZED (
    SELECT
        number AS session_id,
        %(from_time)s::timestamptz + random() * (%(until_time)s::timestamptz - %(from_time)s::timestamptz) AS ended_at,
        width_bucket(random(), ARRAY[0, 0.36, 0.64, 0.85]) AS customer_id,
        floor(exp(random() * ln(20000)))::bigint AS device_rank,
        1 + floor(8 * random() ^ 1.3)::integer AS steps,
        random() AS ends_with_donation
    FROM generate_series(%(first_session)s::bigint, %(first_session)s::bigint + %(events)s::bigint) AS number
),
steps AS (
    SELECT
        greatest(ended_at - (steps - step) * interval '25 seconds' * random(), %(from_time)s::timestamptz) AS event_time,
        customer_id,
        CASE
            WHEN step = 1 THEN 'page_view'
            WHEN step = steps AND ends_with_donation < 0.12 THEN 'donate'
            ELSE (ARRAY['page_view', 'ad_impression', 'click', 'share', 'subscribe'])[
                width_bucket(random(), ARRAY[0, 0.45, 0.7, 0.9, 0.97])]
        END AS event_type,
        1 + (device_rank * 7919 + customer_id * 50000) %% 200000 AS device_id,
        session_id
    FROM visits CROSS JOIN generate_series(1, steps) AS step
    LIMIT %(events)s::bigint
),
placed AS (
    SELECT *, (device_id * 48271 %% 99991) / 99991.0 AS place FROM steps
)
SELECT
    event_time, customer_id, event_type,
    (ARRAY[
        'FR', 'BE', 'CH', 'DE', 'GB', 'ES', 'IT', 'US', 'CA', 'NL',
        'PT', 'LU', 'MA', 'TN', 'SE', 'PL', 'IE', 'DK', 'AT', 'JP'
    ])[width_bucket(place, ARRAY[
        0, 0.62, 0.69, 0.74, 0.78, 0.82, 0.85, 0.88, 0.905, 0.925,
        0.94, 0.95, 0.96, 0.97, 0.977, 0.982, 0.987, 0.991, 0.995, 0.998
    ])],
    (ARRAY['Chrome', 'Safari', 'Firefox', 'Edge', 'Opera'])[1 + floor(5 * (place * 997 %% 1) ^ 2)::integer],
    device_id, session_id
FROM placed
ORDER BY event_time
