-- title: Its seven indexes
-- text: workshop
-- why: Hash indexes: they serve equality alone, so no window and no grouping, and each is written with every row.
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
    PRIMARY KEY (transaction_id)
) COLLATE utf8mb4_bin;
