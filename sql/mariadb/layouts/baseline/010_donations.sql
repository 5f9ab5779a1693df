-- title: The workshop's first table
-- text: workshop
-- why: Nothing but a unique id: every query reads every row.
-- differs: Rows stand whole, in the order of their ids; SingleStore keeps columns, spread over partitions by the id.
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
    PRIMARY KEY (transaction_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
