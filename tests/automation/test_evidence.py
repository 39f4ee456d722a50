"""A bundle says what was measured, what was not, and what cannot be trusted; and it holds no secret."""

from __future__ import annotations

import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from automation.errors import SecurecartError
from automation.evidence import bundle, model
from automation.evidence.bundle import Bundle
from automation.evidence.timeline import timeline
from automation.exit_codes import ExitCode
from automation.recovery.checks import Verdict
from automation.recovery.evidence import Attachment
from automation.recovery.journal import Kind
from automation.redaction import REDACTED, redacted
from tests.automation.evidence_world import BEGIN, EvidenceWorld

# Assembled here, so that no scanner takes this file for a leak.
PLANTED = {
    "masterUserPassword": "correct-" + "horse-battery",
    "note": "postgres://orders:" + "s3cr3t-of-orders@db.internal/orders",
    "answer": {"SecretString": "value-of-" + "the-secret"},
    "seen": ["AKIA" + "ABCDEFGHIJKLMNOP"],
}
SECRETS = ("correct-horse-battery", "s3cr3t-of-orders", "value-of-the-secret", "AKIAABCDEFGHIJKLMNOP")


@pytest.fixture
def world(tmp_path: Path) -> EvidenceWorld:
    return EvidenceWorld(tmp_path)


def read(world: EvidenceWorld, execution: str) -> Bundle:
    return bundle.read(world.archive, world.objects, execution)


class Page(HTMLParser):
    """What a page refers to, its tags and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.references += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data", "poster")]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_what_was_not_measured_is_unknown_and_never_zero(world: EvidenceWorld) -> None:
    found = read(world, world.failover())
    orders, history = found.document.services
    assert (orders.rto.measured, orders.rpo.measured, orders.verdict) == (100.0, 4.0, Verdict.PASS)
    assert (history.rto.seconds, history.rpo.seconds, history.verdict) == ("UNKNOWN", "UNKNOWN", Verdict.UNKNOWN)
    assert found.document.verdict is Verdict.UNKNOWN
    words = " ".join(Page(found.page()).words.split())
    assert "UNKNOWN of 5 min" in words
    assert "1 min 40 s of 5 min: PASS" in words


def test_a_figure_beyond_its_target_fails_the_execution(world: EvidenceWorld) -> None:
    found = read(world, world.failover(rto=301.0))
    assert found.document.services[0].rto.verdict is Verdict.FAIL
    assert found.document.verdict is Verdict.FAIL
    assert Page(found.page()).words.count("FAIL") >= 3


def test_an_execution_that_was_killed_is_told_from_its_journal_and_fails(world: EvidenceWorld) -> None:
    journal = world.archive.begin("failover")
    journal.append(Kind.STARTED, facts={"command": "failover", "mode": "graceful", "operator": "ada"})
    journal.append(Kind.STEP_STARTED, "promote orders")
    found = read(world, journal.execution)
    assert (found.document.verdict, found.document.services) == (Verdict.FAIL, ())
    assert found.document.steps[0].status == "running"
    assert "did not finish" in Page(found.page()).words


def test_the_page_names_who_why_what_and_by_which_requests(world: EvidenceWorld) -> None:
    words = Page(read(world, world.failover()).page()).words
    for told in (
        "Region us-east-1 is gone",
        "ada",
        "grace",
        "0" * 40,
        "5f1c-request",
        "promote_read_replica",
        "us-west-2",
    ):
        assert told in words


def test_the_page_needs_no_other_file_and_runs_nothing(world: EvidenceWorld) -> None:
    html = read(world, world.failover(reason="<script>alert(1)</script><img src=x>")).page()
    page = Page(html)
    assert page.references == []
    assert not {"script", "img", "iframe", "link", "object"} & set(page.tags)
    assert "url(" not in html
    assert "@import" not in html
    assert "<script>alert(1)</script>" in page.words  # shown as text


def test_the_page_can_be_read_without_seeing_it(world: EvidenceWorld) -> None:
    html = read(world, world.failover()).page()
    page = Page(html)
    assert '<html lang="en">' in html
    assert html.count("<table>") == html.count("<caption>")
    assert page.tags.count("h1") == 1
    picture = ElementTree.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])  # noqa: S314  our own page
    space = "{http://www.w3.org/2000/svg}"
    named = picture.attrib["aria-labelledby"].split()
    assert [child.attrib["id"] for child in picture if child.tag in (f"{space}title", f"{space}desc")] == named
    assert "promote orders began at 2 s and took 1 min 28 s" in str(picture.findtext(f"{space}desc"))


def test_the_timeline_shows_parallel_steps_from_the_fault_to_the_first_success(world: EvidenceWorld) -> None:
    since = BEGIN.replace(hour=2, minute=59)
    picture = timeline(read(world, world.failover(outageSince=since.isoformat())).document)
    bars = {bar.name: bar for bar in picture.bars}
    promote, servers = bars["promote orders"], bars["servers of us-west-2"]
    assert promote.x == servers.x
    assert promote.y != servers.y
    assert promote.width == pytest.approx(servers.width * 88 / 58, rel=0.01)
    fault, success = picture.marks
    assert (fault.label, success.label) == ("fault", "first success")
    verified = bars["verify us-west-2"]
    assert success.x == pytest.approx(verified.x + verified.width, abs=0.2)
    assert bars["measure replication"].start_seconds == 60  # the clock starts with the fault, not with the command
    assert fault.x < bars["measure replication"].x


def test_no_secret_reaches_the_journal_the_evidence_or_the_page(world: EvidenceWorld, tmp_path: Path) -> None:
    leak = Attachment(name="log.txt", body=b"PGPASSWORD=" + SECRETS[0].encode())
    execution = world.failover(facts=PLANTED, reason=f"password={SECRETS[0]} is known", attachments=[leak])
    home = read(world, execution).write(tmp_path / "out")
    written = [*home.rglob("*"), *(tmp_path / "store").rglob("*.json"), *(tmp_path / "copies").rglob("*.json*")]
    texts = {str(path): path.read_text() for path in written if path.is_file()}
    assert len(texts) > 10
    found = [(path, secret) for path, text in texts.items() for secret in SECRETS if secret in text]
    assert not found
    assert REDACTED in texts[str(home / "index.html")]


def test_what_an_older_version_wrote_is_cleaned_on_the_way_out(world: EvidenceWorld) -> None:
    execution = world.failover()
    key = f"{execution}/evidence.json"
    kept: dict[str, Any] = json.loads(world.objects.read(key)[0])  # type: ignore[index]
    kept["steps"][0]["facts"] = PLANTED
    world.objects.put(key, json.dumps(kept).encode())
    found = read(world, execution)
    assert not [secret for secret in SECRETS if secret in found.page() + json.dumps(found.raw)]


def test_names_and_arns_of_secrets_are_no_secrets() -> None:
    kept = {"secretArn": "arn:aws:secretsmanager:us-west-2:1:secret:orders", "passwordRotated": True, "password": ""}
    assert redacted(kept) == kept


def test_files_are_compared_with_their_hashes(world: EvidenceWorld, tmp_path: Path) -> None:
    files = [Attachment(name=f"{name}.json", body=b"{}") for name in ("same", "changed", "gone")]
    execution = world.failover(attachments=files)
    world.objects.put(f"{execution}/changed.json", b'{"a": 1}')
    (tmp_path / "store" / execution / "gone.json").unlink()
    found = read(world, execution)
    assert {one.name: one.said.split()[0] for one in found.files} == {
        "same.json": "unchanged", "changed.json": "CHANGED", "gone.json": "MISSING",
    }  # fmt: skip
    assert not found.sound
    home = found.write(tmp_path / "out")
    assert {path.name for path in home.iterdir()} == {"evidence.json", "index.html", "same.json"}
    assert hashlib.sha256(b"{}").hexdigest() in (home / "index.html").read_text()


def test_a_file_cannot_leave_the_bundles_directory(world: EvidenceWorld, tmp_path: Path) -> None:
    execution = world.failover(attachments=[Attachment(name="deeper/file.json", body=b"{}")])
    home = read(world, execution).write(tmp_path / "out")
    assert {path.name for path in home.iterdir()} == {"evidence.json", "index.html"}


def test_the_preview_after_is_that_of_the_reconciliation_that_followed(world: EvidenceWorld) -> None:
    early, late = world.failover(), world.failover()
    reconciled = world.reconcile().execution
    assert read(world, early).document.preview_after is None  # another move came first
    after = read(world, late).document.preview_after
    assert after
    assert after["execution"] == reconciled
    assert after["previews"]["preview-dr.json"]["content"]["changed"] is False


def test_what_traffic_counted_and_what_a_restore_read_are_shown(world: EvidenceWorld) -> None:
    execution = world.failover(command="restore")
    key = f"{execution}/evidence.json"
    kept: dict[str, Any] = json.loads(world.objects.read(key)[0])  # type: ignore[index]
    kept["services"][0]["rpo"] |= {"lost": 3, "acknowledged": 1200}
    kept["services"][1]["rpo"] |= {"lost": "UNKNOWN", "acknowledged": 40}
    kept["findings"] = [{"check": "database orders", "verdict": "FAIL", "said": "7 rows are missing", "fix": ""}]
    world.objects.put(key, json.dumps(kept).encode())
    world.reconcile()
    found = read(world, execution)
    words = " ".join(Page(found.page()).words.split())
    for told in ("3 of 1200 acknowledged writes lost", "UNKNOWN of 40 acknowledged", "7 rows are missing"):
        assert told in words
    assert found.document.preview_after is None  # a restore is not reconciled


def test_an_unknown_execution_is_one_clear_error(world: EvidenceWorld) -> None:
    with pytest.raises(SecurecartError, match="there is no execution nothing") as refused:
        read(world, "nothing")
    assert refused.value.exit_code is ExitCode.BAD_INPUT


def test_a_document_of_another_schema_is_refused_with_its_place(world: EvidenceWorld) -> None:
    execution = world.failover()
    world.objects.put(f"{execution}/evidence.json", b'{"schema": "securecart.recovery.evidence/2"}')
    with pytest.raises(SecurecartError, match=r"is not securecart.recovery.evidence/1"):
        read(world, execution)


def test_every_document_keeps_the_schema_that_is_published(world: EvidenceWorld) -> None:
    schema = json.loads(model.FILE.read_text())
    written = json.loads(world.objects.read(f"{world.failover()}/evidence.json")[0])  # type: ignore[index]
    jsonschema.validate(written, schema)
    assert set(schema["properties"]) - set(written) == {"findings"}  # a restore's
    assert set(written) <= set(schema["properties"])
    wrong = json.loads(json.dumps(written))
    wrong["services"][1]["rpo"]["seconds"] = None
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)
