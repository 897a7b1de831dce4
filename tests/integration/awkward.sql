-- Everything that has ever broken a dump, a scan or a count.
DO $$ BEGIN
  IF to_regrole('"awkward role"') IS NULL THEN CREATE ROLE "awkward role" NOLOGIN; END IF;
  IF to_regrole('awkward_reader') IS NULL THEN CREATE ROLE awkward_reader NOLOGIN; END IF;
END $$;
CREATE SCHEMA "Odd Schema";
CREATE SCHEMA other;
CREATE EXTENSION IF NOT EXISTS plpgsql;
CREATE TABLE public.alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO public.alembic_version VALUES ('0123abcd');
CREATE TABLE other.alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO other.alembic_version VALUES ('not-this-one');
CREATE TABLE other.unversioned (version_num varchar(32));
CREATE TABLE public.texts (id bigserial PRIMARY KEY, body text);
INSERT INTO public.texts (body) VALUES
  (E'\\.'), (E'\\restrict abc'), (E'\\unrestrict abc'), (E'\\connect template1'), (E'\\! rm -rf /'),
  ('DROP DATABASE live;'), ('CREATE DATABASE x;'), (E'COPY public.users (id) FROM stdin;\n1\n\\.\n'),
  ('-- PostgreSQL database dump complete'), (E'-- PostgreSQL database dump complete\n--\n'),
  (E'tab\tand newline\n and carriage\r return \\ backslash \\\\ two'), (''), (NULL), (E'\\N'), ('\N'),
  ('$$ DROP DATABASE x; $$'), ('/* never closed'), ('it''s -- not a comment'), ('"'), (E'e\\''x'),
  (convert_from('\xc3a9e38182f09f9880', 'UTF8')), (E'\x01\x02\x7f'), (repeat(E'long \\ line; ', 20000));
CREATE TABLE "Odd Schema"."Order (line)" (
  "Id""x" int PRIMARY KEY, "semi;colon" text DEFAULT 'a;b', "to" bytea, "from stdin" numeric(10, 2));
INSERT INTO "Odd Schema"."Order (line)" SELECT g, 'x' || g, decode(md5(g::text), 'hex'), g / 7.0 FROM generate_series(1, 300) g;
CREATE TABLE other."quote""d'" (a int REFERENCES "Odd Schema"."Order (line)" ON DELETE CASCADE, "select" json);
INSERT INTO other."quote""d'" SELECT g, json_build_object('k', E'v\\"''') FROM generate_series(1, 40) g;
CREATE TABLE other.empty (a int);
CREATE TABLE other.parent (a int, b text);
CREATE TABLE other.child (c int) INHERITS (other.parent);
INSERT INTO other.parent VALUES (1, 'p');
INSERT INTO other.child VALUES (2, 'c', 3), (4, 'c', 5);
CREATE TABLE other.parts (id int, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE other.parts_2020 PARTITION OF other.parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE other."parts 2021" PARTITION OF other.parts FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
INSERT INTO other.parts SELECT g, date '2020-01-01' + g FROM generate_series(1, 600) g;
CREATE SEQUENCE other."Seq 1" START 41 INCREMENT 3;
SELECT nextval('other."Seq 1"'), nextval('other."Seq 1"');
CREATE FUNCTION other.body(a text DEFAULT 'x; DROP DATABASE y;') RETURNS text LANGUAGE plpgsql AS $fn$
DECLARE q text := 'it''s';
BEGIN
DROP TABLE IF EXISTS pg_temp.nothing;
EXECUTE '
CREATE DATABASE inside_a_string;
DROP ROLE inside_a_string;
';
/* COPY public.texts FROM stdin; */
-- \connect elsewhere
RETURN $in$
\! echo not a command
DROP DATABASE z;
$in$;
END $fn$;
CREATE FUNCTION other.atomic() RETURNS int LANGUAGE sql BEGIN ATOMIC
  INSERT INTO other.empty VALUES (1);
  SELECT 1;
END;
COMMENT ON TABLE public.texts IS 'first
DROP DATABASE commented;
\connect commented
COPY x FROM stdin;
last';
CREATE VIEW other.seen AS SELECT count(*) AS "how;many" FROM public.texts;
CREATE MATERIALIZED VIEW other.kept AS SELECT id FROM public.texts;
CREATE RULE two AS ON DELETE TO other.parent DO ALSO (DELETE FROM other.empty; UPDATE other.empty SET a = 1);
CREATE TABLE other.owned (a int);
ALTER TABLE other.owned OWNER TO "awkward role";
GRANT SELECT ON other.owned TO awkward_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO awkward_reader;
SELECT lo_from_bytea(0, '\x00ff5c2e0a5c636f6e6e656374');
