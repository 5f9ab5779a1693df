-- How far each rollup has come, and the workshop's two rollup tables.
CREATE TABLE IF NOT EXISTS rollups (
    name text PRIMARY KEY,
    event_table_name regclass NOT NULL,
    event_id_sequence_name regclass NOT NULL,
    last_aggregated_id bigint NOT NULL DEFAULT 0,
    -- Everything that was loaded by then is in the rollup. In a backlog: the time of the last events that are.
    rolled_up_until timestamptz NOT NULL DEFAULT now()
);

INSERT INTO rollups (name, event_table_name, event_id_sequence_name)
SELECT name, 'events', 'events_event_id_seq'
FROM unnest(ARRAY['rollup_events_5min', 'rollup_events_1hr', 'live']) AS name
ON CONFLICT DO NOTHING;

-- What each run took: its window of ids, the rows of the rollup that it wrote, how long it waited for open writers, and
-- its whole duration but for the commit. Runs that found nothing new are not recorded. Never distributed.
CREATE TABLE IF NOT EXISTS rollup_runs (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rollup_name text NOT NULL,
    started_at timestamptz NOT NULL,
    start_id bigint NOT NULL,
    end_id bigint NOT NULL,
    events bigint NOT NULL,
    rows bigint NOT NULL,
    lock_ms double precision NOT NULL,
    duration_ms double precision NOT NULL
);
CREATE INDEX IF NOT EXISTS rollup_runs_idx ON rollup_runs (rollup_name, started_at);

-- NULLS NOT DISTINCT: an unknown country is a group like any other, not a new row each time.
CREATE TABLE IF NOT EXISTS rollup_events_5min (
    customer_id bigint NOT NULL,
    event_type text,
    country text,
    browser text,
    minute timestamptz NOT NULL,
    event_count bigint NOT NULL,
    device_distinct_count hll NOT NULL,
    session_distinct_count hll NOT NULL,
    top_devices_1000 jsonb NOT NULL,
    UNIQUE NULLS NOT DISTINCT (customer_id, event_type, country, browser, minute)
);
CREATE INDEX IF NOT EXISTS rollup_events_5min_minute_idx ON rollup_events_5min (minute);

CREATE TABLE IF NOT EXISTS rollup_events_1hr (
    customer_id bigint NOT NULL,
    event_type text,
    country text,
    browser text,
    hour timestamptz NOT NULL,
    event_count bigint NOT NULL,
    device_distinct_count hll NOT NULL,
    session_distinct_count hll NOT NULL,
    top_devices_1000 jsonb NOT NULL,
    UNIQUE NULLS NOT DISTINCT (customer_id, event_type, country, browser, hour)
);
CREATE INDEX IF NOT EXISTS rollup_events_1hr_hour_idx ON rollup_events_1hr (hour);

SELECT distribute_by_customer('rollup_events_5min');
SELECT distribute_by_customer('rollup_events_1hr');
