-- Says on the screen which part of the past was made up.
INSERT INTO generated_history (from_time, until_time, events)
VALUES (%(from_time)s, %(until_time)s, %(events)s::bigint)
