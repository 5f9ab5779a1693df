-- optional: queries over 200 ms are known by the dashboard's own clock only, others' queries not at all
-- Needs 8.5 and the permission ALTER EVENT TRACE. Read from information_schema.MV_TRACE_EVENTS.
-- may fail
DROP EVENT TRACE Query_completion;
CREATE EVENT TRACE Query_completion WITH (Query_text = on, Duration_threshold_ms = 200);
