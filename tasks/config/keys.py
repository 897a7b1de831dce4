"""What each key of hosts.yaml is for, in a line, for editors; sections are described where they are declared."""

from __future__ import annotations

KEYS = {
    "Inventory": {
        "environments": "the deployments, by name (letters, digits, '.', '_', '-')",
        "default": "the environment that is meant without -H; ROLLBACK_ENV beats it, fab -H NAME beats both",
    },
    "EnvironmentSettings": {
        "hosts": "one machine or more; the first is the primary: database steps run there, once",
        "app": "the checkout on the host",
        "compose": "how the services are described and run; {} where the containers' labels say it all",
        "database": "the PostgreSQL database; leave it out where there is none",
        "health": "the addresses that have to answer; without any, the containers' own health checks count",
        "notify": "who is told: a list of Apprise addresses, or a mapping; empty addresses are passed over",
        "hooks": "commands of your own around playbooks",
        "objectives": "what a drill is held against",
        "rolling": "hosts that have their turn at a time: a number, 25%, or all; else the first, then the others",
        "soak": "seconds that the hosts of a turn have to stay well before the next ones begin",
    },
    "HostSettings": {
        "host": "what -H accepts and what ssh reaches: [user@]host[:port], or an entry of ~/.ssh/config",
        "user": "the login; it needs git and the right to use Docker",
        "port": "sshd's port",
        "key": "a private key; relative to hosts.yaml",
        "known_hosts": "a file read beside ~/.ssh/known_hosts; relative to hosts.yaml",
    },
    "App": {
        "path": "the checkout, relative to the login's home; may lie below a repository's top",
        "branch": "the branch that git.return-to-main returns to",
    },
    "Compose": {
        "file": "a compose file or a list of them, relative to app.path; else what the containers' labels say",
        "command": "docker-compose (v1), docker compose (v2), or auto: the one that made the containers",
        "project": "the project's name, between two projects of one checkout",
        "env_file": "what --env-file names; else what the containers' labels say",
        "profiles": "profiles that are on",
        "sudo": "true: Docker is for sudo -n only",
        "services": "which compose service plays a role: backend, frontend, database",
        "grace": "seconds that a container has to stop in",
        "stop": "services that a rollback has to stop although no commit changes them",
    },
    "DatabaseSettings": {
        "name": "the database",
        "user": "the login that the tasks take",
        "backups": "the folder of the backups, relative to the login's home; or a mapping",
        "alembic": "where migrations are run; leave it out where there is no Alembic",
        "container": "the container of another project that the server runs in",
        "address": "HOST[:PORT], or a socket's folder, where the server is on the host itself or managed elsewhere",
        "client": "with address only: the image that has psql and pg_dump, such as postgres:17",
        "password_file": "a file on the host that holds the password",
        "password_variable": "the variable that holds it, of the env file or of the login",
        "checks": "SQL that backups.check --restore asks of a backup restored on trial",
    },
    "Storage": {
        "folder": "with its subfolders; relative to the login's home",
        "max_age": "hours or days, such as 26h or 2d: status warns when the newest is older",
        "list": "a command on the host that prints what lies elsewhere",
        "fetch": "a command on the host that prints the one that it is given as $1",
        "decrypt": "a command on the host that opens what is sealed, from stdin to stdout; no secret in its words",
    },
    "Alembic": {
        "service": "the compose service whose image has Alembic and the migrations",
        "config": "its path in the repository, or the script folder where there is no ini",
        "command": "how it is called: also alembic -n NAME, flask db, poetry run alembic",
        "table": "the table of the revision",
        "schema": "the schema that this table is in",
        "environment": "variables for migrations alone; $OTHER in a value is one of the service or of the env file",
    },
    "Health": {
        "urls": "addresses, fetched on the host",
        "timeout": "seconds that they may take to answer",
    },
    "Address": {
        "url": "http:// or https://",
        "host": "the name that it is asked by",
        "insecure": "true: any certificate will do",
        "status": "the code that is right",
        "contains": "a text that has to be in the answer",
    },
    "Objectives": {
        "rto": "how long a recovery may take, such as 10m: from the command until its proof",
        "rpo": "how old the newest backup may be, such as 24h",
    },
    "Notices": {
        "addresses": "Apprise addresses",
        "on": "of start, success, failure: when a playbook tells the team by itself",
    },
    "Hooks": {
        "before": "what runs once all is prepared, right before a playbook changes anything",
        "turn": "pairs around the turn of each host, such as out of the load balancer and in again",
        "after": "what runs once the result is proven",
    },
    "Hook": {
        "title": "what the plan calls it",
        "where": "host: on every host, in the login's home; local: where fab is, once, or in turn once for each host",
        "run": "the command; or, in before and turn, the pair on and off in its place",
        "on": "the first of a pair: it may run again, when a run is resumed",
        "off": "runs after on, whatever happens",
        "playbooks": "the names of those that it is for",
    },
}
