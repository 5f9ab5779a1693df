-- The donations themselves, once each: the id is unique by construction, 64 bits.
-- No other index: the panels read the sums below, and each index would cost ingest.
CREATE TABLE IF NOT EXISTS donation_transactions (
    transaction_id     BIGINT         NOT NULL,
    city               VARCHAR(64)    NOT NULL,
    latitude           DOUBLE         NOT NULL,
    longitude          DOUBLE         NOT NULL,
    organization       VARCHAR(64)    NOT NULL,
    transaction_date   DATETIME(6)    NOT NULL,
    total_amount       DECIMAL(10, 2) NOT NULL,
    campaign_id        BIGINT         NOT NULL,
    is_campaign_active BOOLEAN        NOT NULL,
    PRIMARY KEY (transaction_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Sums since the start of each campaign: a few hundred rows, whatever the number of donations.
CREATE TABLE IF NOT EXISTS donation_totals (
    campaign_id  BIGINT         NOT NULL,
    city         VARCHAR(64)    NOT NULL,
    organization VARCHAR(64)    NOT NULL,
    latitude     DOUBLE         NOT NULL,
    longitude    DOUBLE         NOT NULL,
    donations    BIGINT         NOT NULL,
    amount       DECIMAL(18, 2) NOT NULL,
    PRIMARY KEY (campaign_id, city, organization)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Sums of each second; the key is led by the second, so that a window is one short range.
CREATE TABLE IF NOT EXISTS donation_seconds (
    `second`     DATETIME       NOT NULL,
    campaign_id  BIGINT         NOT NULL,
    city         VARCHAR(64)    NOT NULL,
    organization VARCHAR(64)    NOT NULL,
    donations    BIGINT         NOT NULL,
    amount       DECIMAL(18, 2) NOT NULL,
    PRIMARY KEY (`second`, campaign_id, city, organization)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What each batch made visible, by the time of its donations cut to 20 ms: from it the screen measures its own delay.
-- arrival_id is the microsecond of the Unix epoch in which the batch was stored, strictly increasing.
CREATE TABLE IF NOT EXISTS donation_arrivals (
    arrival_id  BIGINT      NOT NULL,
    produced_at DATETIME(3) NOT NULL,
    donations   BIGINT      NOT NULL,
    PRIMARY KEY (arrival_id)
);
