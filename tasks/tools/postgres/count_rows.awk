# Makes, of the tables that a report names, the SQL that counts their rows: "= N = NAME", or "= N + NAME" for a table of
# an extension (CREATE EXTENSION fills it: the file holds only what was added), "= - = NAME" for one that is not there.
BEGIN {
  FS = "\t"
  print "SET row_security = off;"
  print "SELECT CASE WHEN c.oid IS NULL THEN format(\047SELECT %L\047, \047= - = \047 || name)"
  print "  ELSE format(\047SELECT \047\047= \047\047 || count(*) || %L FROM %s %s\047,"
  print "    CASE WHEN d.objid IS NULL THEN \047 = \047 ELSE \047 + \047 END || name,"
  print "    CASE relkind WHEN \047p\047 THEN \047\047 ELSE \047ONLY\047 END, c.oid::regclass) END"
  print "FROM (VALUES (NULL)"
}
NF == 4 {
  gsub(/\047/, "\047\047", $3)
  gsub(/\\/, "\\\\", $3)
  print ", (E\047" $3 "\047)"
}
END {
  print ") AS v(name) LEFT JOIN pg_class c ON c.oid = to_regclass(name) LEFT JOIN pg_depend d"
  print "ON d.classid = \047pg_class\047::regclass AND d.objid = c.oid AND d.deptype = \047e\047"
  print "WHERE name IS NOT NULL \\gexec"
}
