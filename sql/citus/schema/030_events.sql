-- One row an event. CACHE 1: a session that holds numbers back would insert behind a window that has passed them.
CREATE SEQUENCE IF NOT EXISTS events_event_id_seq AS bigint CACHE 1;

CREATE TABLE IF NOT EXISTS events (
    event_id bigint NOT NULL DEFAULT nextval('events_event_id_seq'),
    event_time timestamptz NOT NULL DEFAULT now(),
    customer_id bigint NOT NULL,
    event_type text,
    country text,
    browser text,
    device_id bigint,
    session_id bigint
) PARTITION BY RANGE (event_time);

-- A rollup reads a window of ids; without the index it would read every partition whole.
CREATE INDEX IF NOT EXISTS events_event_id_idx ON events (event_id);

DO $$
BEGIN
    IF to_regclass('events_event_time_idx') IS NULL AND EXISTS (SELECT FROM events) THEN
        RAISE INFO 'making an index on the time of the events; writers wait for it';
    END IF;
END
$$;
-- A question about some minutes of raw events reads those minutes, not the whole day's partition; and it costs a writer
-- next to nothing, as events come nearly in the order of their time.
CREATE INDEX IF NOT EXISTS events_event_time_idx ON events USING brin (event_time) WITH (pages_per_range = 32);

-- Spreads a table over a Citus cluster, together with the events of the same customers; elsewhere it stays as it is.
CREATE OR REPLACE FUNCTION distribute_by_customer(table_name regclass) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = table_name) THEN
        RETURN;
    END IF;
    RAISE INFO 'distributing %', table_name;
    PERFORM create_distributed_table(
        table_name, 'customer_id',
        colocate_with => CASE WHEN table_name = 'events'::regclass THEN 'none' ELSE 'events' END
    );
END
$$;
SELECT distribute_by_customer('events');

-- How long rows are kept; change a row to keep them longer.
CREATE TABLE IF NOT EXISTS retention (table_name text PRIMARY KEY, keep interval NOT NULL);
INSERT INTO retention VALUES
    ('events', '8 days'),
    ('rollup_events_5min', '14 days'),
    ('rollup_events_1hr', '400 days'),
    ('dead_letters', '30 days'),
    ('rollup_runs', '1 day')
ON CONFLICT DO NOTHING;
