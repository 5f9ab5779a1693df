CREATE INDEX donation_city ON donation_transactions (city);

CREATE INDEX donation_organization ON donation_transactions (organization);

CREATE INDEX donation_date ON donation_transactions (transaction_date);

CREATE INDEX donation_active ON donation_transactions (is_campaign_active);

CREATE INDEX donation_campaign ON donation_transactions (campaign_id);

CREATE INDEX donation_city_date ON donation_transactions (city, transaction_date);

CREATE INDEX donation_organization_date ON donation_transactions (organization, transaction_date);
