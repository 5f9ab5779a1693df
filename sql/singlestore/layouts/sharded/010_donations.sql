-- title: The workshop's SHARD KEY and SORT KEY
-- text: workshop
-- why: A city is spread over all partitions, and a window of time can leave out no segment.

-- The workshop's second table. A unique key has to contain the shard key: the id is unique within its city.
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
    SHARD KEY (city, transaction_id),
    SORT KEY (city, transaction_date),
    PRIMARY KEY (city, transaction_id)
) COLLATE utf8mb4_bin;
