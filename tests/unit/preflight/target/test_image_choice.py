"""Who decides which image a service runs at a commit, and that nobody is refused."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tasks.console.errors import Refused
from tasks.engine.before import ReleaseBefore
from tasks.preflight.history.ledger import Entry
from tasks.preflight.target import image_choice
from tasks.preflight.target.image_candidates import Asked
from tasks.preflight.target.image_choice import Choice
from tasks.tools.compose import compose
from tasks.tools.compose.images import Target
from tasks.tools.compose.origins import Origin
from tasks.tools.compose.project import Project
from tasks.tools.compose.written import Written
from tests.unit.support.deployment import GOOD, HEAD, container, environment, state
from tests.unit.support.reports import COMMIT

RUNS = state(container("api", image="sha256:new"), container("db", image="sha256:db"), head=HEAD)
RECORD = Entry(event="good", commit=GOOD, at=86400.0, images={"api": "sha256:old"}, digests={"api": "shop@sha256:d"})
AT_GOOD, MOVED = state(container("api", image="sha256:new"), head=GOOD), 1000.0
TAG = ("shop:v2", "shop:${TAG}", "shop:${TAG}")
LATEST = ("shop:latest", "shop", "shop")
NAMED = ("shop:v1", "shop:v1", "shop:v2")
SAME = ("shop:prod", "shop:prod", "shop:prod")


def wanted(api: tuple[str, str, str], **more: tuple[str, str, str]) -> Target:
    """Return a commit whose services have these images: as compose reads them, as written there, and as at HEAD."""
    found = {"api": api, "db": ("postgres:15", "postgres:15", "postgres:15"), **more}
    services: dict[str, Any] = {name: {"image": live} for name, (live, _there, _here) in found.items()}
    return Target(
        Project(name="app", services=services),
        written={name: Written(there) for name, (_live, there, _here) in found.items()},
        present={name: Written(here) for name, (_live, _there, here) in found.items()},
    )


@pytest.fixture
def chosen(mocker):
    """Return what is chosen for a commit, where these ids and names of images are on the host."""

    def choose(
        target: Target, *there: str, services: tuple[str, ...] = (), made: Origin | None = None, **asked: Any
    ) -> Choice:
        host = mocker.Mock(environment=environment(), address="u@h:22")
        ids = {name: name if name.startswith("sha256") else f"sha256:{name}" for name in there}
        host.ask.side_effect = lambda *probes: ids if len(probes) == 1 else ({"c_api": made}, MOVED)
        return image_choice.choose(
            host, Asked(**{"state": RUNS, "target": COMMIT, "wanted": target, **asked}), services
        )

    return choose


def decided(choice: Choice) -> list[tuple[str, str, str]]:
    return [(one.service, one.source, one.kept) for one in choice.decided]


@pytest.mark.parametrize("api", [TAG, LATEST, SAME])
def test_what_no_commit_decides_is_refused_with_the_way_out(chosen, api):
    with pytest.raises(Refused, match="api: nothing says which image .* --image api=IMAGE"):
        chosen(wanted(api))


@pytest.mark.parametrize("api", [TAG, LATEST, SAME])
def test_the_ledger_decides_by_name_by_id_and_by_digest(chosen, api):
    kept = f"shop:{GOOD}"
    assert decided(chosen(wanted(api), kept)) == [("api", kept, kept)]
    assert decided(chosen(wanted(api), "sha256:old", ledger=[RECORD])) == [("api", "sha256:old", kept)]
    found = chosen(wanted(api), ledger=[RECORD])
    assert decided(found) == [("api", "shop@sha256:d", kept)]
    assert found.facts == ["api starts from shop@sha256:d (recorded on 1970-01-02, pulled now)"]


def test_what_the_commit_names_is_pulled_and_started_by_its_own_name(chosen):
    found = chosen(wanted(NAMED))
    assert found.facts == [f"api starts from shop:v1 (named by docker-compose.yml at {COMMIT.short}, pulled now)"]
    assert [one.live for one in found.decided] == [True]
    assert chosen(wanted(NAMED), "shop:v1").facts[0].endswith(f"at {COMMIT.short})")


def test_the_same_digest_is_the_same_image(chosen):
    assert decided(chosen(wanted(("shop@sha256:1",) * 3))) == [("api", "shop@sha256:1", f"shop:{GOOD}")]


def test_the_operator_decides_before_all_others_and_for_all_that_share_the_image(chosen):
    found = chosen(wanted(NAMED, worker=NAMED), "shop:v1", named={"backend": "other:1"})
    assert decided(found) == [(name, "other:1", f"shop:{GOOD}") for name in ("api", "worker")]
    assert found.facts[0] == "api starts from other:1 (--image, pulled now)"


def test_a_service_that_is_not_there_cannot_be_given_an_image(chosen):
    with pytest.raises(Refused, match="'apo' is not known; did you mean 'api'"):
        chosen(wanted(NAMED), named={"apo": "x"})


def test_the_way_back_starts_from_the_id_that_ran_under_a_name_of_no_commit(chosen):
    before = ReleaseBefore(images={"api": f"shop:{GOOD}"}, ids={"api": "sha256:0123456789abcdef"})
    by_id = chosen(wanted(LATEST), "sha256:0123456789abcdef", before=before)
    assert decided(by_id) == [("api", "sha256:0123456789abcdef", "shop:image-0123456789ab")]
    assert decided(chosen(wanted(LATEST), f"shop:{GOOD}", before=before)) == [("api", f"shop:{GOOD}", f"shop:{GOOD}")]


def test_the_way_back_of_a_service_whose_image_s_id_nobody_told_is_the_name_that_it_was_kept_by(chosen):
    before = ReleaseBefore(images={"api": f"shop:{GOOD}"}, ids={"api": "localhost:5000/shop:1"})
    found = chosen(wanted(LATEST), "localhost:5000/shop:1", f"shop:{GOOD}", before=before)
    assert decided(found) == [("api", f"shop:{GOOD}", f"shop:{GOOD}")]


@pytest.mark.parametrize("made", [Origin(MOVED, "", []), Origin(0, GOOD, [])])
def test_the_present_commit_goes_on_with_what_it_runs(chosen, made):
    found = chosen(wanted(LATEST), "sha256:new", state=AT_GOOD, made=made)
    assert decided(found) == [("api", "sha256:new", f"shop:{GOOD}")]


@pytest.mark.parametrize(
    "made", [Origin(MOVED - 1, "", []), Origin(MOVED, HEAD, []), Origin(MOVED, "", [f"shop:{HEAD}"])]
)
def test_what_runs_after_a_checkout_by_hand_is_not_taken_for_the_commit_s_image(chosen, made):
    with pytest.raises(Refused, match="api: nothing says which image"):
        chosen(wanted(LATEST), "sha256:new", state=AT_GOOD, made=made)


@pytest.mark.parametrize(
    ("runs", "decides"),
    [("shop:v1", True), ("shop:v1@sha256:d", True), (f"shop:{HEAD}", False), ("shop@sha256:d", False)],
)
def test_after_a_checkout_by_hand_the_commit_s_files_decide_where_they_name_another_tag_than_runs(
    chosen, runs, decides
):
    here = state(container("api", image="sha256:new", image_name=runs), head=GOOD)
    asked = {"state": here, "made": Origin(MOVED - 1, "", []), "ledger": [RECORD]}
    source = "shop:v2" if decides else "shop@sha256:d"
    assert [one.source for one in chosen(wanted(("shop:v2",) * 3), **asked).decided] == [source]


def test_a_commit_that_runs_what_runs_now_is_warned_of(chosen):
    found = chosen(wanted(NAMED), "shop:v1", state=state(container("api", image="sha256:shop:v1"), head=HEAD))
    assert found.warnings == ["api: shop:v1 is the image that it runs now"]


def test_infrastructure_needs_nobody_to_decide(chosen):
    found = chosen(wanted(NAMED, cache=("redis", "redis", "redis")))
    assert [i.service for i in found.images] == ["api"]


def test_infrastructure_of_another_version_is_named_by_the_commit(chosen):
    found = chosen(wanted(NAMED, cache=("redis", "redis", "redis:6")), "shop:v1", "redis:latest")
    assert decided(found)[1] == ("cache", "redis:latest", f"redis:{GOOD}")


def test_infrastructure_goes_on_with_its_image_when_the_name_has_another(chosen):
    found = chosen(wanted(NAMED), names_now={"db": "sha256:newer", "api": "sha256:x"})
    assert decided(found)[1] == ("db", "sha256:db", "postgres:image-db")


def test_a_service_that_runs_our_image_is_ours(chosen):
    seen = state(container("api", image="sha256:new"), container("cron", image="sha256:new"), head=HEAD)
    with pytest.raises(Refused, match="cron: nothing says"):
        chosen(wanted(NAMED, cron=("alias:prod",) * 3), state=seen)


def test_images_of_one_name_and_other_tags_are_kept_apart(chosen):
    found = chosen(wanted(NAMED, worker=("shop:w1", "shop:w1", "shop:w2")))
    assert [one.kept for one in found.decided] == [f"shop-api:{GOOD}", f"shop-worker:{GOOD}"]


def test_what_is_built_asks_for_nothing_and_may_be_named_all_the_same(chosen):
    services = {"api": {"build": "."}, "db": {"image": "postgres:15"}}
    target = Target(Project(name="app", services=services, built=compose.built(services, "app", "_")))
    assert chosen(target) == Choice([compose.Built("api", "app_api:latest")])
    assert decided(chosen(target, named={"backend": "x:1"})) == [("api", "x:1", f"app_api:{GOOD}")]


def test_of_a_named_service_alone_the_others_are_left_alone(chosen):
    found = chosen(wanted(NAMED, web=("web:v1", "web:v1", "web:v2")), services=("api",))
    assert [i.service for i in found.images] == ["api"]


def test_an_image_is_asked_for_where_its_service_runs_and_not_at_all_where_none_does(mocker):
    front, back = (
        mocker.Mock(environment=structs.replace(environment(), elsewhere=others)) for others in (["api"], ["web"])
    )
    back.ask.return_value = {f"shop:{GOOD}": "sha256:old"}
    asked = Asked(RUNS, COMMIT, wanted(LATEST), hosts=(front, back))
    assert decided(image_choice.choose(front, asked)) == [("api", f"shop:{GOOD}", f"shop:{GOOD}")]
    assert not front.ask.called
    assert asked._replace(hosts=(front,)).nowhere == {"api"}
    assert image_choice.choose(front, asked._replace(hosts=(front,))).images == []
