"""Which service answers a health address, and by which of its ports."""

from __future__ import annotations

import pytest

from tasks.config.settings import Address
from tasks.tools.compose import answering
from tasks.tools.compose.projects import Port
from tests.unit.support.discovered import member

NAME = "api.example.com"
WEB = member("web", ports=[Port(80, "127.0.0.1", 8080)])
THROUGH = Address(url="https://127.0.0.1/health", host=NAME, insecure=True)


@pytest.mark.parametrize(
    ("address", "api", "place"),
    [
        (Address(url="http://localhost:8080/"), {}, ("web", 80)),
        (Address(url="http://web.example.com:8080/"), {}, None),
        (THROUGH, {"called": [NAME], "asked": [8000], "exposed": [8000, 9000]}, ("api", 8000)),
        (THROUGH, {"called": [NAME], "exposed": [8000]}, ("api", 8000)),
        (THROUGH, {"called": [NAME], "exposed": [8000, 9000]}, None),
        (THROUGH, {"called": [NAME], "asked": [8000, 9000]}, None),
        (THROUGH, {"called": [NAME], "asked": [8443, 0]}, None),
        (THROUGH, {"called": [NAME], "asked": [0], "exposed": [8443]}, None),
        (THROUGH, {"called": ["other.example.com"], "exposed": [8000]}, None),
        (Address(url=f"https://{NAME}/health"), {"called": [NAME], "exposed": [8000]}, ("api", 8000)),
    ],
)
def test_an_address_leads_to_who_publishes_its_port_or_is_called_so_behind_a_proxy(address, api, place):
    assert answering.place(address, [WEB, member("api", **api)]) == place


def test_a_proxy_asks_without_encryption_by_the_name_that_it_was_asked_by():
    assert answering.inside(THROUGH) == Address(url="http://127.0.0.1/health", host=NAME)
