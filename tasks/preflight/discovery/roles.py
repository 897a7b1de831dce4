"""Which service plays which role: guessed from images, names, ports, and what its containers tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from msgspec import Struct

from ...tools.compose.projects import Member

SERVER_PORT = 5432
SERVERS = re.compile(r"postgres(ql)?|postgis|timescaledb.*|pgvector|supabase-postgres|spilo.*")
BESIDE = re.compile(r"backup|export|bouncer|pool|admin|adminer")  # made of a server's image, or speaking of one
OTHER_SERVERS = re.compile(r"mysql|mariadb|percona|mongo|mssql|oracle|cockroach")
NOT_OURS = re.compile(
    r"redis|valkey|memcached|rabbitmq|nats|kafka|zookeeper|elasticsearch|opensearch|minio|mailhog|mailpit|prometheus|grafana"
    r"|loki|promtail|alertmanager|cadvisor|watchtower|portainer|traefik|certbot|acme|autoheal|vault|consul|jaeger|otel|flower"
)
PAGES = re.compile(r"nginx.*|caddy|httpd|apache.*|haproxy|envoy")
BACKENDS = re.compile(r"(^|[-_.])(backend|api|app|server)($|[-_.0-9])")
FRONTENDS = re.compile(r"(^|[-_.])(front(end)?|web(app)?|ui|client|www|spa|site)($|[-_.0-9])")
HELPERS = re.compile(
    r"worker|celery|beat|schedul|cron|queue|consumer|migrat|(^|[-_.])(jobs?|init|seed|tests?)($|[-_.0-9])"
)
LEAST = 3  # points that make a guess
TOLD = 3  # reasons that are told, the best first


class Role(Struct, frozen=True):
    """The service that plays a role, and why it is believed to."""

    service: str
    why: str


class Roles(Struct, frozen=True):
    """Who plays what; None: nobody is seen to."""

    backend: Role | None = None
    frontend: Role | None = None
    database: Role | None = None


def guess(members: Sequence[Member], built: Collection[str], configured: Collection[str]) -> Roles:
    """Return the roles in a project; `built` services come from the checkout, `configured` have an alembic.ini."""
    servers = [one for one in members if is_server(one)]
    others = [one for one in members if one not in servers and not _foreign(one)]
    backend = _best([(one, _backend(one, built, configured, servers)) for one in others]) or _only(others)
    rest = [one for one in others if not backend or one.service != backend.service]
    ours = [one for one in others if backend and one.service == backend.service]
    return Roles(backend, _best([(one, _frontend(one, built)) for one in rest]), _database(servers, ours, others))


def is_server(member: Member) -> bool:
    """Return whether it is a PostgreSQL server."""
    if BESIDE.search(member.kind) or BESIDE.search(member.service):
        return False
    by_name = SERVERS.fullmatch(member.kind) is not None
    return by_name or bool({"PG_MAJOR", "PGDATA"} & set(member.environment) and SERVER_PORT in member.exposed)


def _foreign(member: Member) -> bool:
    return any(kinds.search(member.kind) for kinds in (BESIDE, OTHER_SERVERS, NOT_OURS))


def _only(others: Sequence[Member]) -> Role | None:
    names = {one.service for one in others}
    return Role(names.pop(), "no other service is the application's") if len(names) == 1 else None


def _best(found: Sequence[tuple[Member, list[tuple[int, str]]]]) -> Role | None:
    """Return the service with most points, if it has some; the first by name where two have as many."""
    sums = sorted((-sum(points for points, _ in why), one.service, why) for one, why in found)
    if not sums or sums[0][0] > -LEAST:
        return None
    _, service, why = sums[0]
    seen = sorted((one for one in why if one[0] > 0), key=lambda one: -one[0])
    return Role(service, ", ".join(reason for _, reason in seen[:TOLD]))


def _backend(
    one: Member, built: Collection[str], configured: Collection[str], servers: Sequence[Member]
) -> list[tuple[int, str]]:
    speaks = bool(one.urls) or any(server.names & one.told for server in servers)
    return [
        (4 * (one.service in configured), "its container has an alembic.ini"),
        (2 * speaks, "its environment names the database"),
        (3 * bool(BACKENDS.search(one.service)), "its name"),
        (2 * (one.service in built), "it is built from the checkout"),
        (1 * bool(one.ports or one.exposed), "it has a port"),
        (-6 * bool(HELPERS.search(one.service)) - 3 * one.over, ""),
        (-3 * bool(PAGES.fullmatch(one.kind)) - 2 * bool(FRONTENDS.search(one.service)), ""),
    ]


def _frontend(one: Member, built: Collection[str]) -> list[tuple[int, str]]:
    return [
        (3 * bool(FRONTENDS.search(one.service)), "its name"),
        (2 * bool(PAGES.fullmatch(one.kind)), f"its image {one.image} serves pages"),
        (1 * (one.service in built), "it is built from the checkout"),
        (1 * bool(one.ports), "it publishes a port"),
        (-6 * bool(HELPERS.search(one.service)) - 3 * one.over, ""),
    ]


def _database(servers: Sequence[Member], ours: Sequence[Member], others: Sequence[Member]) -> Role | None:
    """Return the server that the backend (`ours`) names, else one that others name, or called as databases are."""

    def named(server: Member, members: Sequence[Member]) -> bool:
        return any(server.names & one.told for one in members)

    order = sorted(
        servers, key=lambda one: (not named(one, ours), not named(one, others), "db" not in one.service, one.service)
    )
    if not order:
        return None
    first, *rest = order
    more = f"; also there: {', '.join(one.service for one in rest)}" if rest else ""
    how = "the backend names it" if named(first, ours) else "applications name it" if named(first, others) else ""
    return Role(first.service, f"its image {first.image} is a PostgreSQL{how and f', and {how}'}{more}")
