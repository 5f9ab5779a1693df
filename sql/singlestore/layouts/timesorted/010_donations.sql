-- title: SORT KEY (transaction_date)
-- text: workshop
-- why: Rows are sorted as they come in: merges are cheap, and a window of time reads the newest segments alone.

-- Hash keys where something is compared by equality: the id, by what loads, and the flag, by every query.
CREATE TABLE donation_transactions (
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
    UNIQUE KEY (transaction_id) USING HASH,
    KEY (is_campaign_active) USING HASH
) COLLATE utf8mb4_bin;
