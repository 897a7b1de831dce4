"""An environment whose checkout is a folder of this machine."""

from __future__ import annotations

import pytest

from tasks.config.settings import App, Compose, Environment, HostSettings


@pytest.fixture
def checked_out():
    def environment(folder):
        return Environment(hosts=[HostSettings(host="h")], app=App(path=str(folder)), compose=Compose(), name="test")

    return environment
