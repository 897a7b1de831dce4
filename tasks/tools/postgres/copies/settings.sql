-- The statements that give :to what belongs to the database :live but is in no copy of it: limit, grants, settings.
-- FROM CURRENT, because a list such as search_path is stored quoted element by element.
SELECT line || ';' FROM (
  SELECT 1 AS n, format('ALTER DATABASE %I CONNECTION LIMIT %s', :'to', greatest(datconnlimit, -1)) AS line
  FROM pg_database WHERE datname = :'live'
  UNION ALL
  SELECT 2, format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'to')
  FROM pg_database WHERE datname = :'live' AND datacl IS NOT NULL
  UNION ALL
  SELECT 3, format('GRANT %s ON DATABASE %I TO %s%s', privilege_type, :'to',
    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
    CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM pg_database, aclexplode(datacl) WHERE datname = :'live'
  UNION ALL
  SELECT 4, format(CASE WHEN name IN ('search_path', 'temp_tablespaces', 'session_preload_libraries',
        'local_preload_libraries')
      THEN 'SELECT set_config(%2$L, %3$L, false); ALTER %1$s SET %2$I FROM CURRENT'
      ELSE 'ALTER %1$s SET %2$I TO %3$L' END, whose, name, value)
  FROM (
    SELECT split_part(entry, '=', 1) AS name, substr(entry, strpos(entry, '=') + 1) AS value,
      CASE setrole WHEN 0 THEN '' ELSE format('ROLE %I IN ', pg_get_userbyid(setrole)) END
        || format('DATABASE %I', :'to') AS whose
    FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase, unnest(setconfig) AS entry
    WHERE datname = :'live'
  ) AS settings
) AS statements ORDER BY n
