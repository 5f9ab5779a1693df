-- title: Kept by city
-- text: workshop
-- why: Rows stand by city, then by time: grouping by city reads in order, a window of time alone reads every row.
-- differs: One server spreads nothing: its clustered key orders rows as the second table of the workshop sorts them.
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
    PRIMARY KEY (city, transaction_date, transaction_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
