"""Which addresses tell whether the application is well."""

from __future__ import annotations

from tasks.preflight.discovery import addresses
from tasks.preflight.discovery.roles import Role, Roles
from tasks.tools.compose.projects import Port
from tests.unit.support.discovered import backend, member

ROLES = Roles(backend=Role("app", ""), frontend=Role("web", ""))
WEB = member("web", ports=[Port(80, "127.0.0.1", 80)])
HERE = "http://127.0.0.1:9001"


def guessed(*members, beside=(), **codes: int):
    """The line for a deployment whose addresses answer with codes; `beside`: containers of other projects."""
    asked = addresses.to_ask(ROLES, members, [*members, *beside])
    (line,) = addresses.guess(asked, codes)
    return line


def test_what_the_health_check_asks_is_taken_whatever_it_answers_now():
    line = guessed(backend(check="http://localhost:8000/api/alive"), **{f"{HERE}/health": 200})
    assert line.value == [f"{HERE}/api/alive"]
    assert "the health check of app asks it; it answers nothing now" in line.why


def test_where_the_application_leads_on_to_the_path_with_a_slash_that_is_taken():
    codes = {f"{HERE}/up": 308, f"{HERE}/up/": 500, f"{HERE}/": 200}
    assert guessed(backend(check="http://localhost:8000/up"), **codes).value == [f"{HERE}/up/"]
    assert guessed(backend(), **codes).value == [f"{HERE}/up/"]


def test_a_health_check_of_a_port_that_is_not_published_says_nothing():
    assert guessed(backend(check="http://localhost:1/x"), **{f"{HERE}/healthz": 200}).value == [f"{HERE}/healthz"]


def test_without_one_the_first_usual_path_that_answers_is_taken():
    line = guessed(backend(), WEB, **{f"{HERE}/": 200, f"{HERE}/health": 200, "http://127.0.0.1:80/": 200})
    assert line.value == [f"{HERE}/health", "http://127.0.0.1:80/"]
    assert line.open is False


def test_one_that_is_there_and_fails_now_is_taken_before_a_page_that_answers():
    line = guessed(backend(), **{f"{HERE}/": 200, f"{HERE}/health": 500})
    assert line.value == [f"{HERE}/health"]
    assert "it is there, and answers 500 now" in line.why


def test_where_nothing_answers_it_is_left_to_be_filled_in():
    line = guessed(backend(), WEB, **{f"{HERE}/health": 404})
    assert (line.open, line.place) == (True, ("health",))
    assert "127.0.0.1:9001, 127.0.0.1:80" in line.why
    assert "no port is published" in guessed(backend(ports=[])).why


def test_an_address_by_ipv6_and_a_secure_one_are_written_as_such():
    asked = addresses.to_ask(ROLES, [backend(ports=[Port(443, "fd00::1", 443)])])
    assert asked[0].url == "https://[fd00::1]:443/health"


PROXY = member("traefik", "traefik:3.6", ports=[Port(80, "127.0.0.1", 80), Port(443, "127.0.0.1", 443)], project="p")
CALLED = {"ports": [], "called": ["api.example.com", "old.example.com"]}


def test_what_publishes_no_port_is_asked_through_the_proxy_by_the_name_that_it_is_told():
    line = guessed(backend(check="http://localhost:8000/api/alive/", **CALLED), beside=[PROXY])
    url = {"url": "https://127.0.0.1:443/api/alive/", "host": "api.example.com", "insecure": True}
    assert (line.value, line.open) == ([url], False)
    assert "its path, through the proxy as api.example.com; it answers nothing now" in line.why


def test_the_door_of_the_proxy_that_the_application_answers_at_is_taken():
    codes = {"https://127.0.0.1:443/up api.example.com": 404, "http://127.0.0.1:80/up api.example.com": 502}
    app = backend(check="http://localhost:8000/up", **CALLED)
    assert guessed(app, beside=[PROXY], **codes).value == [{"url": "http://127.0.0.1:80/up", "host": "api.example.com"}]


def test_a_page_behind_the_proxy_is_asked_as_well():
    web = member("web", "nginx:1", called=["www.example.com"])
    codes = {"https://127.0.0.1:443/ www.example.com": 200, f"{HERE}/health": 200}
    secure = {"url": "https://127.0.0.1:443/", "host": "www.example.com", "insecure": True}
    assert guessed(backend(), web, beside=[PROXY], **codes).value == [f"{HERE}/health", secure]


def test_without_a_proxy_or_a_name_nothing_is_asked_there():
    assert guessed(backend(**CALLED), beside=[member("db", "postgres:15", ports=[Port(80, "127.0.0.1", 80)])]).open
    assert guessed(backend(ports=[]), beside=[PROXY]).open
    assert addresses.to_ask(ROLES, [backend(called=["a.b"])], [PROXY])[-1].host == ""
