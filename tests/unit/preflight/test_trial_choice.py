"""Which image a rehearsal tries, and by which addresses."""

from __future__ import annotations

from tasks.preflight import trial_choice as trial


def test_published_ports_lead_to_the_service_s_own():
    out = 'api {"8080/tcp":[{"HostIp":"127.0.0.1","HostPort":"8000"}],"9/udp":null}\nweb null\ndb {}\n'
    assert trial.parse_ports(out) == {8000: ("api", 8080)}
