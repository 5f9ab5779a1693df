-- The tables in the workshop's form: serial, no index for the window, NULLs distinct in the key of a rollup.
CREATE TABLE events (
    event_id serial,
    event_time timestamptz DEFAULT now(),
    customer_id bigint,
    event_type text,
    country text,
    browser text,
    device_id bigint,
    session_id bigint
) PARTITION BY RANGE (event_time);

CREATE TABLE rollups (
    name text PRIMARY KEY,
    event_table_name regclass NOT NULL,
    event_id_sequence_name regclass NOT NULL,
    last_aggregated_id bigint DEFAULT 0
);
INSERT INTO rollups (name, event_table_name, event_id_sequence_name) VALUES
    ('rollup_events_5min', 'events', 'events_event_id_seq'), ('rollup_events_1hr', 'events', 'events_event_id_seq');

CREATE TABLE rollup_events_5min (
    customer_id bigint,
    event_type text,
    country text,
    browser text,
    minute timestamptz,
    event_count bigint,
    device_distinct_count hll,
    session_distinct_count hll,
    top_devices_1000 jsonb,
    UNIQUE (customer_id, event_type, country, browser, minute)
);

CREATE TABLE rollup_events_1hr (
    customer_id bigint,
    event_type text,
    country text,
    browser text,
    hour timestamptz,
    event_count bigint,
    device_distinct_count hll,
    session_distinct_count hll,
    top_devices_1000 jsonb,
    UNIQUE (customer_id, event_type, country, browser, hour)
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
        PERFORM create_distributed_table('events', 'customer_id');
        PERFORM create_distributed_table('rollup_events_5min', 'customer_id', colocate_with => 'events');
        PERFORM create_distributed_table('rollup_events_1hr', 'customer_id', colocate_with => 'events');
    END IF;
END
$$;
