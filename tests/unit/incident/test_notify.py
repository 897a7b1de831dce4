"""Messages reach a server on this machine, and an address is never given away."""

from __future__ import annotations

from tasks.incident import notify
from tests.listener import listening


def test_a_message_arrives_with_its_words():
    with listening() as (address, got):
        sent = notify.send([address], "Rollback on shop", "recovered")
    assert [(s.to, s.ok) for s in sent] == [("address 1 (json)", True)]
    assert (got[0]["title"], got[0]["message"]) == ("Rollback on shop", "recovered")


def test_each_address_is_told_and_each_result_is_said(capfd):
    with listening() as (good, got), listening(status=500) as (bad, _):
        sent = notify.send([bad, "nonsense-T0KEN", "foo://T0KEN", good, "slack://T0KEN"], "t", "b")
    assert [s.ok for s in sent] == [False, False, False, True, False]
    assert sent[1].to == "address 2 (not an address)"
    assert len(got) == 1
    assert "T0KEN" not in repr(sent) + "".join(capfd.readouterr())
