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
