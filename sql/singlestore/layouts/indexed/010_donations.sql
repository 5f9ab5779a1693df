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

CREATE INDEX donation_city ON donation_transactions (city);

CREATE INDEX donation_organization ON donation_transactions (organization);

CREATE INDEX donation_date ON donation_transactions (transaction_date);

CREATE INDEX donation_active ON donation_transactions (is_campaign_active);

CREATE INDEX donation_campaign ON donation_transactions (campaign_id);

CREATE INDEX donation_city_date ON donation_transactions (city, transaction_date);

CREATE INDEX donation_organization_date ON donation_transactions (organization, transaction_date);
