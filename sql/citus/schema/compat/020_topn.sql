-- Stands in for the extension topn: the same four functions over the same jsonb {"item": count}, 1,000 at most.
-- In a schema of its own, last in the search_path, so that the extension can come later and take over what was written.
CREATE SCHEMA IF NOT EXISTS rtdash_compat;
GRANT USAGE ON SCHEMA rtdash_compat TO PUBLIC;

CREATE OR REPLACE FUNCTION rtdash_compat.topn(counters jsonb, how_many integer)
RETURNS TABLE (item text, frequency bigint)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 10 AS $$
    SELECT key, value::bigint FROM jsonb_each_text(counters) ORDER BY 2 DESC, key COLLATE "C" LIMIT how_many
$$;

-- Most groups of a rollup hold a single item: that case must not cost a query.
CREATE OR REPLACE FUNCTION rtdash_compat.topn_count(items text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF cardinality(items) = 1 AND items[1] IS NOT NULL THEN
        RETURN jsonb_build_object(items[1], 1);
    END IF;
    RETURN coalesce(jsonb_object_agg(item, frequency), '{}') FROM (
        SELECT item, count(*) AS frequency FROM unnest(items) AS item WHERE item IS NOT NULL
        GROUP BY item ORDER BY frequency DESC, item COLLATE "C" LIMIT 1000
    ) AS kept;
END
$$;

CREATE OR REPLACE FUNCTION rtdash_compat.topn_merge(several jsonb[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF cardinality(several) = 1 AND several[1] IS NOT NULL THEN
        RETURN several[1];
    END IF;
    RETURN coalesce(jsonb_object_agg(key, frequency), '{}') FROM (
        SELECT key, sum(value::bigint)::bigint AS frequency
        FROM unnest(several) AS counters CROSS JOIN LATERAL jsonb_each_text(counters)
        GROUP BY key ORDER BY frequency DESC, key COLLATE "C" LIMIT 1000
    ) AS kept;
END
$$;

CREATE OR REPLACE FUNCTION rtdash_compat.topn_union(one jsonb, other jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT rtdash_compat.topn_merge(ARRAY[one, other])
$$;

CREATE OR REPLACE AGGREGATE rtdash_compat.topn_add_agg(text) (
    SFUNC = array_append, STYPE = text[], FINALFUNC = rtdash_compat.topn_count,
    COMBINEFUNC = array_cat, PARALLEL = SAFE
);

CREATE OR REPLACE AGGREGATE rtdash_compat.topn_union_agg(jsonb) (
    SFUNC = array_append, STYPE = jsonb[], FINALFUNC = rtdash_compat.topn_merge,
    COMBINEFUNC = array_cat, PARALLEL = SAFE
);
