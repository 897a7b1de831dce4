"""The report says what happened and what is, and no more; as Markdown, and as a page that needs nothing beside it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from msgspec import structs

from tasks.console.errors import Refused
from tasks.engine.before import ReleaseBefore
from tasks.engine.plan import Step
from tasks.engine.world import Check
from tasks.incident import background, pages, report
from tasks.incident.background import Background, Deployed
from tasks.incident.cause import Cause
from tasks.incident.timeline import timeline
from tasks.preflight.present.state import State
from tasks.tools.git.commits import Commit
from tasks.tools.postgres.server import Member, Server
from tasks.tools.secrets import Secrets
from tests.unit.support.deployment import environment
from tests.unit.support.incidents import BAD, GOOD, PROVEN, RUN, container, incident, journal, run

CAUSE = Cause("app", "RuntimeError: bad deploy")
NASTY = "<script>alert('x')</script> & \"more\""


def server(*names: str) -> Server:
    copies = tuple(Member(n, 1, 8682855, "UTF8", True, 0, None, None) for n in names)
    return Server(150000, False, 0, 0, 0, True, None, copies)


def host() -> SimpleNamespace:
    return SimpleNamespace(address="h", environment=environment())


@pytest.fixture
def written(mocker):
    """Write a report of an incident whose background is `known`."""

    def write(made, page=pages.markdown, **known) -> str:
        mocker.patch.object(background, "read", return_value=Background(**known))
        return page(report.make(host(), made), made.secrets)

    return write


def whole(**known):
    """An incident of which everything is known."""
    lines = journal(("stop", "snapshot", "checkout", "start"), 0, {**PROVEN, "outage": 9.3})
    steps = [Step(name=name, title=f"The {name} step", script=":", outage=name == "stop") for name in ("stop", "start")]
    main = structs.replace(
        run(lines, steps=steps, summary={"is lost": "3 values; the data of before: database s"}), now=9200.0
    )
    return incident(lines, main=main, cause=CAUSE, failing=900.0, **known)


KNOWN = {
    "rows": {"public.cases": 1525},
    "server": server("shop__snap_1"),
    "commits": [Commit(BAD, "bbbbbbb", "2024-04-02 17:00 UTC", "Bob", "Rename court")],
    "deployed": Deployed(600.0, "release.begin, by bob"),
    "logs": {"app": "one\nRuntimeError: bad deploy"},
}


def test_without_a_run_there_is_nothing_to_report():
    with pytest.raises(Refused, match="ubuntu@shop:22: no run yet"):
        report.make(host(), incident())


def test_without_a_running_database_its_rows_are_not_asked_for():
    for seen in (State(), State(containers=[container("db", "exited")])):
        assert background.data(host(), seen) == (None, None)


def test_a_proven_rollback_is_told_with_times_states_and_data(written):
    text = written(whole(), **KNOWN)
    for line in (
        "shop: full-rollback, bbbb → aaaa: proven 1970-01-01 00:33:20 UTC, outage 9.3 s. "
        "Now: aaaaaaaaaaaa (Show the court), healthy.",
        "- 1970-01-01 00:16:40 UTC · full-rollback was started by ada from laptop",
        "- 1970-01-01 00:16:41 UTC · The stop step: done in 0.5 s",
        f"- commit {BAD[:12]} (branch main)",
        "- database revision c5b9",
        "- drops column cases.priority: 3 values",
        f"- commit {GOOD[:12]} (Show the court), detached",
        "- ok · commit · git HEAD: aaaaaaaaaaaa",
        "- copy of the database before the change: shop__snap_1, made, now there, 8.7 MB",
        "- public.cases: 1525 rows now",
        "- NOT done: Communicated status to team: nothing is journaled. Next: `fab incident.notify`. "
        "Owner: ______ Until: ______",
    ):
        assert line in text.splitlines()


def test_in_the_timeline_another_run_is_named_and_the_main_one_is_not(written):
    lines = journal(("stop",), 0, PROVEN)
    other = [{"at": 1.0, "event": "run", "task": "git.checkout", "who": "bob", "machine": "m"}]
    text = written(incident(lines, entries=timeline({"r9": other, RUN: lines})))
    assert "git.checkout was started by bob from m (run r9)\n" in text
    assert "full-rollback was started by ada from laptop\n" in text


def test_cause_and_impact_come_in_figures(written):
    lines = written(whole(), **KNOWN).splitlines()
    for line in (
        f"The last error of the release that was left: {CAUSE.line}.",
        "- Deployed: 1970-01-01 00:10:00 UTC, 2 hours ago (the release that was left: release.begin, by bob)",
        "- Not working since: 1970-01-01 00:15:00 UTC, 2 hours ago "
        "(the first error, or failed answer, in the logs that were kept, 5 minutes after the deployment)",
        "- Decided: 1970-01-01 00:16:40 UTC, 2 hours ago (ada started the rollback, 100.0 s after the first error)",
        "- Repaired: 1970-01-01 00:33:20 UTC, 2 hours ago (proven 16 minutes after the run began)",
        "- Not served in the run: 9.3 s "
        "(noted by the host, which asked once a second; errors before that are not counted)",
        "- Data lost: 3 values (kept in: database s)",
        "- bbbbbbb · 2024-04-02 17:00 UTC · Bob · Rename court",
        "- from c5b9 to 8d24",
    ):
        assert line in lines


def test_the_report_says_the_seconds_that_the_operator_was_told(written):
    lines = journal(("stop", "start"), 0, {**PROVEN, "seconds": 47.4})
    assert "(proven 47.4 s after the run began)" in written(incident(lines))
    assert "It was proven on the host 47.4 s later" in written(incident(lines), pages.html)


def test_what_is_not_known_is_said_to_be_not_known(written):
    text = written(incident(journal(("stop", "start"), 0, PROVEN)))
    assert "Not known: the logs that were kept name none." in text
    assert "- Not working since: unknown (no log that was kept says it" in text
    opened = text.split("## Open points")[1]
    for point in ("Not known: what caused it", "Not known: who noticed it first", "Not known: whom it reached"):
        assert f"- {point}" in opened
    assert "nothing is known" not in text


def test_what_a_health_address_said_before_is_the_cause_where_no_log_names_one(written):
    before = ReleaseBefore(commit=BAD, healthy=False, answered="http://h: 500: no column x")
    lines = journal(("stop", "start"), 0, PROVEN)
    text = written(incident(lines, main=run(lines, before=before)))
    assert "When the run began, the application itself said: http://h: 500: no column x." in text
    assert "- Not working since: unknown (no log that was kept says it; when the run began: http://h: 500" in text
    assert "Not known: what caused it" not in text


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (KNOWN, "not before 1970-01-01 00:10:00 UTC (the release that was left came then; "),
        ({**KNOWN, "deployed": None}, "not before 2024-04-02 17:00 UTC (the commit that was left is of then; "),
    ],
)
def test_where_no_log_says_since_when_the_report_says_what_it_was_not_before(written, known, said):
    lines = journal(("stop", "start"), 0, PROVEN)
    text = written(incident(lines), **known)
    assert f"- Not working since: {said}no log that was kept says it nearer; when the run began, the health" in text
    ill = run(lines, before=ReleaseBefore(commit=BAD, healthy=False))
    assert "answered as they should" not in written(incident(lines, main=ill), **known)


def test_what_diagnose_says_now_is_told_where_no_log_names_the_cause(written):
    made = incident(journal(("stop",), 1), code=500)
    assert "What is wrong now, as fab diagnose sees it: database: no answer." in written(
        made, verdict="database: no answer"
    )


def test_what_the_proof_did_not_require_has_a_line_in_it(written):
    left = [Check("health", "http://h", "500: broken; not healthy before either", False)]
    text = written(incident(journal(("stop",), 0, PROVEN), left_out=left))
    assert "- not required, and NOT well · health · http://h: 500: broken; not healthy before either" in text


def test_what_was_not_well_in_the_end_is_not_called_repaired(written):
    ended = {**PROVEN, "left_out": ["http://h: 500: broken"]}
    text = written(incident(journal(("stop", "checkout", "start"), 0, ended), code=500))
    assert "- Repaired: not proven (not required, and not well: http://h: 500: broken)" in text
    assert "not all of it proven" in text
    assert "the result was proven on the host, but for what was not required: http://h: 500: broken" in text


def test_a_failure_is_never_called_a_recovery(written):
    failed = {"event": "failed", "step": "start", "why": "app exited", "half": True}
    text = written(incident(journal(("stop", "checkout", "start"), 1, failed), status="exited", code=500))
    assert "not proven: failed; it is applied only in part" in text
    assert "NOT healthy: http://127.0.0.1/health: 500; app is exited" in text
    assert "The start step: FAILED with exit code 1" in text and "The start step failed: app exited" in text
    assert "- Repaired: not proven (the run: failed)" in text
    assert "rows were not counted" in text
    assert "NOT made, now not asked for" in text


def test_no_step_is_called_by_its_identifier(written):
    for page in (pages.markdown, pages.html):
        assert not re.search(r"\b0\d-(stop|start|checkout|snapshot)", written(whole(), page, **KNOWN))


def test_a_copy_that_is_gone_is_not_promised(written):
    made = incident(journal(("stop", "snapshot"), 0, PROVEN))
    assert "shop__snap_1, made, now not there" in written(made, rows={}, server=server())


def test_a_secret_in_the_journal_is_in_no_report(written):
    hidden = 'a<b"&c'
    failed = {"event": "failed", "step": "start", "why": f"login postgresql://u:hunter2@db failed, or {hidden}"}
    made = incident(journal(("start",), 1, failed), secrets=Secrets([hidden]))
    for page in (pages.markdown, pages.html):
        text = written(made, page)
        assert "hunter2" not in text and "b&#34;" not in text and hidden not in text
        assert "login postgresql://u:***@db failed, or ***" in text


class Page(HTMLParser):
    """A page as its elements, and what it would fetch; raises where its tags do not close in order."""

    VOID = ("meta", "br", "link", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.elements, self.fetched = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.fetched += [value for name, value in attrs if name in ("src", "href", "data", "action", "srcset")]
        self.open += [] if tag in self.VOID else [tag]

    def handle_startendtag(self, tag, attrs):
        self.elements.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_needs_nothing_beside_it_and_holds_a_picture_and_folded_evidence(written):
    text = written(whole(), pages.html, **KNOWN)
    page = Page(text)
    assert page.fetched == [] and "url(" not in text and "@import" not in text
    assert {"svg", "details", "table", "dl"} <= set(page.elements)
    assert "script" not in page.elements
    for words in ("Bob", "Rename court", "9.3 s", "8.7 MB", "RuntimeError: bad deploy", "@media print", "viewport"):
        assert words in text


def test_what_a_host_says_is_text_and_no_element(written):
    commits = [Commit(BAD, "bbbbbbb", "2024", NASTY, NASTY)]
    made = incident(journal(("start",), 1, {"event": "failed", "step": "start", "why": NASTY}))
    text = written(made, pages.html, commits=commits, logs={NASTY: NASTY})
    assert "script" not in Page(text).elements
    assert "&lt;script&gt;" in text


def test_a_control_character_is_in_no_report(written):
    made = incident(journal(("start",), 1, {"event": "failed", "step": "start", "why": "\x1b[2Jgone"}))
    assert "\x1b" not in written(made) + written(made, pages.html)
