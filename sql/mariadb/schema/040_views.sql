-- Campaigns that run or stop; when there is none, those that ended last: the screen does not empty at a stop.
CREATE OR REPLACE VIEW current_campaigns AS
SELECT c.*
FROM campaigns c
WHERE c.state IN ('running', 'stopping')
   OR (c.state IN ('ended', 'lost')
       AND c.ended_at >= (SELECT MAX(ended_at) - INTERVAL 5 SECOND FROM campaigns)
       AND NOT EXISTS (SELECT 1 FROM campaigns WHERE state IN ('running', 'stopping')));

-- Where the windows of the panels end: now, or the end of the last campaign. NULL when there never was one.
CREATE OR REPLACE VIEW donation_window AS
SELECT CASE
    WHEN EXISTS (SELECT 1 FROM campaigns WHERE state IN ('running', 'stopping')) THEN UTC_TIMESTAMP(6)
    ELSE (SELECT MAX(ended_at) FROM campaigns)
END AS window_end;

-- How delivery of the donations stands, in one row. Lag, and what ends in _now, is of the topic's latest life, the rest of
-- all: what an earlier broker took with it stays lost. silent_s is NULL when ingest was never heard of, and unseen_s, for
-- how long Kafka has not told where each partition ends, when it never told.
CREATE OR REPLACE VIEW donation_delivery AS
SELECT COALESCE(SUM(CASE WHEN is_newest AND latest_offset > next_offset THEN latest_offset - next_offset ELSE 0 END), 0)
           AS `lag`,
       COALESCE(SUM(loaded), 0) AS loaded,
       COALESCE(SUM(dead), 0) AS dead,
       COALESCE(SUM(CASE WHEN is_newest THEN dead ELSE 0 END), 0) AS dead_now,
       COALESCE(SUM(lost), 0) AS lost,
       COALESCE(SUM(duplicates), 0) AS duplicates,
       COALESCE(SUM(CASE WHEN is_newest THEN duplicates ELSE 0 END), 0) AS duplicates_now,
       TIMESTAMPDIFF(MICROSECOND, MAX(updated_at), UTC_TIMESTAMP(6)) / 1e6 AS silent_s,
       TIMESTAMPDIFF(MICROSECOND, MIN(CASE WHEN is_newest THEN seen_at END), UTC_TIMESTAMP(6)) / 1e6 AS unseen_s
FROM (
    SELECT next_offset, latest_offset, loaded, dead, lost, duplicates, updated_at, seen_at,
           incarnation = FIRST_VALUE(incarnation) OVER (ORDER BY updated_at DESC) AS is_newest
    FROM ingest_offsets
    WHERE topic = 'donations'
) o;
