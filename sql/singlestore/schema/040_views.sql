-- The views of sql/mariadb/schema/040_views.sql, with joins in place of subselects within OR and CASE.
-- CREATE OR REPLACE VIEW does not exist here: between the two statements a panel may be told that its view is missing.

-- Campaigns that run or stop; when there is none, those that ended last: the screen does not empty at a stop.
DROP VIEW IF EXISTS current_campaigns;
CREATE VIEW current_campaigns AS
SELECT c.*
FROM campaigns c
CROSS JOIN (
    SELECT MAX(ended_at) AS last_end, COUNT(CASE WHEN `state` IN ('running', 'stopping') THEN 1 END) AS active
    FROM campaigns
) n
WHERE c.`state` IN ('running', 'stopping')
   OR (n.active = 0 AND c.`state` IN ('ended', 'lost') AND c.ended_at >= n.last_end - INTERVAL 5 SECOND);

-- Where the windows of the panels end: now, or the end of the last campaign. NULL when there never was one.
DROP VIEW IF EXISTS donation_window;
CREATE VIEW donation_window AS
SELECT CASE WHEN n.active > 0 THEN UTC_TIMESTAMP(6) ELSE n.last_end END AS window_end
FROM (
    SELECT MAX(ended_at) AS last_end, COUNT(CASE WHEN `state` IN ('running', 'stopping') THEN 1 END) AS active
    FROM campaigns
) n;

-- How delivery of the donations stands, in one row. Lag is what the pipeline's own views tell, which cannot be joined
-- with tables (sql/singlestore/probes/delivery.sql): here it is NULL, as is since when it is not known.
DROP VIEW IF EXISTS donation_delivery;
CREATE VIEW donation_delivery AS
SELECT CAST(NULL AS SIGNED) AS `lag`,
       COALESCE(SUM(o.loaded), 0) AS loaded,
       COALESCE(SUM(o.dead), 0) AS dead,
       COALESCE(SUM(o.dead), 0) AS dead_now,
       COALESCE(SUM(o.lost), 0) AS lost,
       COALESCE(SUM(o.duplicates), 0) AS duplicates,
       COALESCE(SUM(o.duplicates), 0) AS duplicates_now,
       TIMESTAMPDIFF(MICROSECOND, MAX(o.updated_at), UTC_TIMESTAMP(6)) / 1e6 AS silent_s,
       CAST(NULL AS DECIMAL(18, 6)) AS unseen_s
FROM ingest_offsets o
WHERE o.topic = 'donations';
