-- optional: unless there is such a trace already, slow queries are known by the dashboard's own clock alone
-- Queries over 200 ms of everybody, with their texts and so with the values in them, in a ring of memory on each node:
-- information_schema.MV_TRACE_EVENTS shows them to who has PROCESS. Needs 8.5 and the permission ALTER EVENT TRACE.
-- There is one trace of this kind for the whole cluster. One that somebody has made stays as it is.
CREATE EVENT TRACE Query_completion WITH (Query_text = on, Duration_threshold_ms = 200);
