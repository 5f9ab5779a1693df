-- Says on the screen which part of the past was made up.
INSERT INTO generated_history (from_time, until_time, events)
VALUES (now() - make_interval(days => %(days)s::integer), now(), %(events)s::bigint)
