-- Stores one batch of the pipeline `donations`: rows, sums, account and dead letters commit together with its offsets.
--
-- Every value comes as text of any length and is converted here, by the cast that does not fail (!:>): a value of
-- another kind must become a dead letter, not an error that stops the pipeline. A donation is what
-- rtdash/model/donation.py says it is; tests/singlestore holds names and ranges in step. Looser than there: a number or
-- a boolean may stand in quotes. Stricter: numbers carry no exponent, amounts no more than two places, and times are
-- written with their seconds. A blank behind a name is looked for by itself: comparisons of text may pass over it.
--
-- `checked` is one query, evaluated anew by each statement: set-based throughout, nothing is pulled to the aggregator.
-- donation_transactions is filled last, since until then it tells what was known before. Of copies in one batch the
-- same one is taken each time: they are ordered by all that they say.
DELIMITER //
CREATE OR REPLACE PROCEDURE ingest_donations (received QUERY(
    transaction_id LONGTEXT, city LONGTEXT, latitude LONGTEXT, longitude LONGTEXT, organization LONGTEXT,
    transaction_date LONGTEXT, total_amount LONGTEXT, campaign_id LONGTEXT, is_campaign_active LONGTEXT,
    message LONGBLOB
)) AS
DECLARE
    checked QUERY(
        transaction_id BIGINT, city LONGTEXT, latitude DOUBLE, longitude DOUBLE, organization LONGTEXT,
        transaction_date DATETIME(6), total_amount DECIMAL(10, 2), campaign_id BIGINT, is_campaign_active TINYINT,
        message LONGBLOB, reason LONGTEXT, copy_number BIGINT, known_id BIGINT
    ) =
    SELECT v.transaction_id, v.city, v.latitude, v.longitude, v.organization, v.transaction_date, v.total_amount,
           v.campaign_id, v.is_campaign_active, v.message, v.reason,
           ROW_NUMBER() OVER (PARTITION BY v.reason, v.transaction_id ORDER BY v.message), k.transaction_id
    FROM (
        SELECT w.id !:> BIGINT AS transaction_id, w.city, w.latitude, w.longitude, w.organization,
               w.made_at AS transaction_date, w.total_amount, w.campaign_id, w.is_campaign_active, w.message,
               CASE
                   WHEN NOT COALESCE(
                       w.id_text RLIKE '^[0-9]{1,19}$' AND w.id BETWEEN 1 AND 9223372036854775807, 0
                   ) THEN 'transaction_id: not a whole number from 1 to 9223372036854775807'
                   WHEN NOT COALESCE(
                       w.city IN (
                           'Amiens', 'Moulins', 'Béziers', 'Brest', 'Angers', 'Caen', 'Perpignan', 'Nîmes',
                           'La Rochelle', 'Bayonne', 'Rouen', 'Pau', 'Versailles', 'Orléans', 'Limoges', 'Tours',
                           'Besançon', 'Clermont-Ferrand', 'Mulhouse', 'Avignon'
                       ) AND RIGHT(w.city, 1) <> ' ', 0
                   ) THEN 'city: not one of the 20'
                   WHEN NOT COALESCE(
                       w.latitude_text RLIKE '^-?[0-9]{1,3}([.][0-9]+)?$' AND w.latitude BETWEEN -90 AND 90, 0
                   ) THEN 'latitude: not a number from -90 to 90'
                   WHEN NOT COALESCE(
                       w.longitude_text RLIKE '^-?[0-9]{1,3}([.][0-9]+)?$' AND w.longitude BETWEEN -180 AND 180, 0
                   ) THEN 'longitude: not a number from -180 to 180'
                   WHEN NOT COALESCE(
                       w.organization IN ('SmileFund', 'WarmHearts', 'PureJoy', 'SunriseAid')
                       AND RIGHT(w.organization, 1) <> ' ', 0
                   ) THEN 'organization: not one of the 4'
                   WHEN NOT COALESCE(
                       w.made_at_text RLIKE '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?$'
                       AND w.made_at >= '2000-01-01 00:00:00' AND w.made_at < '2100-01-01 00:00:00'
                       AND LEFT(CAST(w.made_at AS CHAR(26)), 19) = LEFT(w.made_at_text, 19), 0
                   ) THEN 'transaction_date: not a time of the years 2000 to 2099, in UTC and without a zone'
                   WHEN NOT COALESCE(
                       w.total_amount_text RLIKE '^[0-9]{1,7}([.][0-9]{1,2}0*)?$'
                       AND w.total_amount > 0 AND w.total_amount <= 1000000, 0
                   ) THEN 'total_amount: not an amount from 0.01 to 1000000 in whole cents'
                   WHEN NOT COALESCE(
                       w.campaign_id_text RLIKE '^[0-9]{1,7}$' AND w.campaign_id BETWEEN 1 AND 4194303, 0
                   ) THEN 'campaign_id: not a whole number from 1 to 4194303'
                   WHEN NOT COALESCE(w.is_active_text IN ('0', '1'), 0)
                       THEN 'is_campaign_active: neither true nor false'
               END AS reason
        FROM (
            SELECT transaction_id AS id_text, transaction_id !:> DECIMAL(20, 0) AS id,
                   city :> LONGTEXT COLLATE utf8mb4_bin AS city,
                   latitude AS latitude_text, latitude !:> DOUBLE AS latitude,
                   longitude AS longitude_text, longitude !:> DOUBLE AS longitude,
                   organization :> LONGTEXT COLLATE utf8mb4_bin AS organization,
                   REPLACE(transaction_date, 'T', ' ') AS made_at_text,
                   REPLACE(transaction_date, 'T', ' ') !:> DATETIME(6) AS made_at,
                   total_amount AS total_amount_text, total_amount !:> DECIMAL(10, 2) AS total_amount,
                   campaign_id AS campaign_id_text, campaign_id !:> BIGINT AS campaign_id,
                   is_campaign_active AS is_active_text, is_campaign_active !:> TINYINT AS is_campaign_active,
                   message
            FROM received
        ) w
    ) v
    LEFT JOIN donation_transactions k ON k.transaction_id = v.transaction_id;
BEGIN
    INSERT INTO donation_totals (campaign_id, city, organization, latitude, longitude, donations, amount)
    SELECT c.campaign_id, c.city, c.organization, MIN(c.latitude), MIN(c.longitude), COUNT(*), SUM(c.total_amount)
    FROM checked c
    WHERE c.reason IS NULL AND c.copy_number = 1 AND c.known_id IS NULL
    GROUP BY c.campaign_id, c.city, c.organization
    ON DUPLICATE KEY UPDATE donations = donations + VALUES(donations), amount = amount + VALUES(amount);

    INSERT INTO donation_seconds (`second`, campaign_id, city, organization, donations, amount)
    SELECT s.made_in, s.campaign_id, s.city, s.organization, COUNT(*), SUM(s.total_amount)
    FROM (
        SELECT DATE_SUB(c.transaction_date, INTERVAL MICROSECOND(c.transaction_date) MICROSECOND) AS made_in,
               c.campaign_id, c.city, c.organization, c.total_amount
        FROM checked c
        WHERE c.reason IS NULL AND c.copy_number = 1 AND c.known_id IS NULL
    ) s
    GROUP BY s.made_in, s.campaign_id, s.city, s.organization
    ON DUPLICATE KEY UPDATE donations = donations + VALUES(donations), amount = amount + VALUES(amount);

    INSERT INTO donation_arrivals (arrival_id, produced_at, donations)
    SELECT GREATEST(n.newest, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(6)))
               + ROW_NUMBER() OVER (ORDER BY m.moment),
           m.moment, m.arrived
    FROM (
        SELECT s.moment, COUNT(*) AS arrived
        FROM (
            SELECT DATE_SUB(
                       c.transaction_date, INTERVAL (MOD(MICROSECOND(c.transaction_date), 20000)) MICROSECOND
                   ) AS moment
            FROM checked c
            WHERE c.reason IS NULL AND c.copy_number = 1 AND c.known_id IS NULL
        ) s
        GROUP BY s.moment
    ) m
    CROSS JOIN (SELECT COALESCE(MAX(arrival_id), 0) AS newest FROM donation_arrivals) n;

    INSERT INTO ingest_offsets (incarnation, topic, `partition_id`, next_offset, latest_offset, loaded, dead,
                                duplicates, lost, updated_at, seen_at)
    SELECT 'pipeline', 'donations', -1, 0, 0,
           COUNT(CASE WHEN c.reason IS NULL AND c.copy_number = 1 AND c.known_id IS NULL THEN 1 END),
           COUNT(c.reason),
           COUNT(CASE WHEN c.reason IS NULL AND (c.copy_number > 1 OR c.known_id IS NOT NULL) THEN 1 END),
           0, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6)
    FROM checked c
    ON DUPLICATE KEY UPDATE loaded = loaded + VALUES(loaded), dead = dead + VALUES(dead),
        duplicates = duplicates + VALUES(duplicates), updated_at = VALUES(updated_at), seen_at = VALUES(seen_at);

    INSERT INTO dead_letters (incarnation, topic, `partition_id`, message_offset, payload, reason, recorded_at)
    SELECT 'pipeline', 'donations', -1,
           GREATEST(n.newest, TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(6)))
               + ROW_NUMBER() OVER (ORDER BY c.message),
           c.message, c.reason, UTC_TIMESTAMP(6)
    FROM checked c
    CROSS JOIN (SELECT COALESCE(MAX(message_offset), 0) AS newest FROM dead_letters) n
    WHERE c.reason IS NOT NULL;

    INSERT INTO donation_transactions (transaction_id, city, latitude, longitude, organization, transaction_date,
                                       total_amount, campaign_id, is_campaign_active)
    SELECT c.transaction_id, c.city, c.latitude, c.longitude, c.organization, c.transaction_date,
           c.total_amount, c.campaign_id, c.is_campaign_active
    FROM checked c
    WHERE c.reason IS NULL AND c.copy_number = 1 AND c.known_id IS NULL;
END
//
DELIMITER ;
