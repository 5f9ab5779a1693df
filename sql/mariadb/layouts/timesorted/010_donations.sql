-- title: Kept by time
-- text: workshop
-- why: Rows stand by time, as they come in: a window of time is one short range.
-- differs: Its clustered key orders all rows, where SingleStore sorts within segments; it has no hash indexes.
CREATE TABLE donation_transactions (
    transaction_id     BIGINT         NOT NULL,
    city               VARCHAR(64)    NOT NULL,
    latitude           DOUBLE         NOT NULL,
    longitude          DOUBLE         NOT NULL,
    organization       VARCHAR(64)    NOT NULL,
    transaction_date   DATETIME(6)    NOT NULL,
    total_amount       DECIMAL(10, 2) NOT NULL,
    campaign_id        BIGINT         NOT NULL,
    is_campaign_active BOOLEAN        NOT NULL,
    PRIMARY KEY (transaction_date, transaction_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
