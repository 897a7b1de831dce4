-- Prints whether a database called :name is there, and whether it is whole and can be connected to.
SELECT datallowconn AND datconnlimit <> -2 FROM pg_database WHERE datname = :'name';
