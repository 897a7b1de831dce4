-- The statement that creates :to, empty, with the owner, encoding and locale of :live.
-- To name pg_default, where template0 is anyway, takes a right that only a superuser has.
SELECT format('CREATE DATABASE %I TEMPLATE template0 OWNER %I ENCODING %L LC_COLLATE %L'
    || ' LC_CTYPE %L', :'to', pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype)
  || CASE spcname WHEN 'pg_default' THEN '' ELSE format(' TABLESPACE %I', spcname) END
  || CASE j->>'datlocprovider'
    WHEN 'i' THEN ' LOCALE_PROVIDER icu ICU_LOCALE ' || quote_literal(locale)
      || coalesce(' ICU_RULES ' || quote_literal(j->>'daticurules'), '')
    WHEN 'b' THEN ' LOCALE_PROVIDER builtin BUILTIN_LOCALE ' || quote_literal(locale)
    WHEN 'c' THEN ' LOCALE_PROVIDER libc' ELSE '' END
FROM pg_database d JOIN pg_tablespace t ON t.oid = dattablespace, to_jsonb(d) AS j,
  coalesce(j->>'datlocale', j->>'daticulocale') AS locale
WHERE datname = :'live';
