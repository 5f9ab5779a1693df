-- The donations themselves, once each: the id is unique by construction, 64 bits.
-- Columnstore: written once, never updated, and it grows without end; only the lab and `rtdash check` read it.
-- SHARD KEY (transaction_id): ids count up, so every partition gets its part of each batch, and whether an id is known
-- is asked of one partition. The workshop's (city, transaction_id) spreads a city over all partitions just as well.
-- SORT KEY (transaction_date): rows come in nearly in this order, so background merges are cheap, and a window of time
-- reads few segments. The workshop's (city, transaction_date) cannot leave out any of them for a window of time alone.
-- UNIQUE KEY: equality is all that the procedure asks. No other hash key: the panels read the sums below.
CREATE TABLE IF NOT EXISTS donation_transactions (
    transaction_id     BIGINT         NOT NULL,
    city               VARCHAR(64)    NOT NULL,
    latitude           DOUBLE         NOT NULL,
    longitude          DOUBLE         NOT NULL,
    organization       VARCHAR(64)    NOT NULL,
    transaction_date   DATETIME(6)    NOT NULL,
    total_amount       DECIMAL(10, 2) NOT NULL,
    campaign_id        BIGINT         NOT NULL,
    is_campaign_active TINYINT        NOT NULL,
    SHARD KEY (transaction_id),
    SORT KEY (transaction_date),
    UNIQUE KEY (transaction_id) USING HASH
) COLLATE utf8mb4_bin;

-- Sums since the start of each campaign: 80 rows a campaign at most, whatever the number of donations.
-- Rowstore: each batch updates them in place, and each panel reads those of the current campaigns by the key's first
-- column.
-- SHARD KEY (campaign_id, city, organization), the primary key: the batch's upserts are spread over the partitions. By
-- campaign alone all of them would meet in one.
CREATE ROWSTORE TABLE IF NOT EXISTS donation_totals (
    campaign_id  BIGINT         NOT NULL,
    city         VARCHAR(64)    NOT NULL,
    organization VARCHAR(64)    NOT NULL,
    latitude     DOUBLE         NOT NULL,
    longitude    DOUBLE         NOT NULL,
    donations    BIGINT         NOT NULL,
    amount       DECIMAL(18, 2) NOT NULL,
    SHARD KEY (campaign_id, city, organization),
    PRIMARY KEY (campaign_id, city, organization)
) COLLATE utf8mb4_bin;

-- Sums of each second; the key is led by the second, so that a window is one short range in each partition.
-- Rowstore: the newest second is updated ten times, and an ordered key is what makes the range.
-- SHARD KEY without the second: a pair of city and organisation stays where it is, and each partition has its part of
-- every window.
CREATE ROWSTORE TABLE IF NOT EXISTS donation_seconds (
    `second`     DATETIME       NOT NULL,
    campaign_id  BIGINT         NOT NULL,
    city         VARCHAR(64)    NOT NULL,
    organization VARCHAR(64)    NOT NULL,
    donations    BIGINT         NOT NULL,
    amount       DECIMAL(18, 2) NOT NULL,
    SHARD KEY (campaign_id, city, organization),
    PRIMARY KEY (`second`, campaign_id, city, organization)
) COLLATE utf8mb4_bin;

-- What each batch made visible, by the time of its donations cut to 20 ms; kept for 5 minutes.
-- arrival_id is the microsecond of the Unix epoch in which the batch was stored, strictly increasing; AUTO_INCREMENT
-- would be no cursor.
-- Rowstore: small, short-lived, read by range of the primary key, which is the shard key as well.
-- DATETIME(6), since there is no DATETIME(3).
CREATE ROWSTORE TABLE IF NOT EXISTS donation_arrivals (
    arrival_id  BIGINT      NOT NULL,
    produced_at DATETIME(6) NOT NULL,
    donations   BIGINT      NOT NULL,
    SHARD KEY (arrival_id),
    PRIMARY KEY (arrival_id)
);
