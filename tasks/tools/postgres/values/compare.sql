-- Prints what became of the rows of a snapshot. They are in `seen` with the side `then`, those before the upgrade with
-- `now`, those that it made with `upgraded`; they are matched by their keys. Lines, tab-separated:
--   TABLE NAME ROWS FOUND MADE KEY  how many rows there were, how many have their key again, how many have a new key, and
--                                   the key's columns as JSON; no KEY: the table has none
--   VALUE TABLE COLUMN DIFFER SINCE  of those found, how many got another value, and how many had one before the upgrade
SELECT 1 / (count(*) = 3)::int AS whole FROM seen WHERE name IS NULL \gset
ANALYZE seen;
WITH made AS (
  SELECT name, count(*) FROM seen u WHERE side = 'upgraded' AND NOT EXISTS (
    SELECT FROM seen o WHERE o.name = u.name AND o.key = u.key AND o.side IN ('then', 'now')) GROUP BY name
), keys AS (
  SELECT DISTINCT ON (name) name, (SELECT json_agg(k) FROM jsonb_object_keys(key) AS k) AS columns
  FROM seen WHERE side = 'then' AND name IS NOT NULL
)
SELECT 'TABLE', t.name, count(*), count(u.name), coalesce(max(made.count), 0), max(keys.columns::text)
FROM seen t JOIN keys USING (name) LEFT JOIN made USING (name)
LEFT JOIN seen u ON u.side = 'upgraded' AND u.name = t.name AND u.key = t.key
WHERE t.side = 'then' GROUP BY t.name ORDER BY t.name;
WITH cells AS (
  SELECT t.name, cell.key AS field, coalesce(n.cells -> cell.key = u.cells -> cell.key, false) AS since
  FROM seen t JOIN seen u ON u.side = 'upgraded' AND u.name = t.name AND u.key = t.key AND u.cells <> t.cells
  LEFT JOIN seen n ON n.side = 'now' AND n.name = t.name AND n.key = t.key
  CROSS JOIN jsonb_each(t.cells) AS cell
  WHERE t.side = 'then' AND u.cells -> cell.key IS DISTINCT FROM cell.value
), fields AS (
  SELECT name, jsonb_object_keys(cells) AS field
  FROM (SELECT DISTINCT ON (name) name, cells FROM seen WHERE side = 'then' AND name IS NOT NULL) AS one
)
SELECT 'VALUE', f.name, f.field, count(*) FILTER (WHERE NOT since), count(*) FILTER (WHERE since)
FROM fields f LEFT JOIN cells USING (name, field) GROUP BY f.name, f.field ORDER BY f.name, f.field;
