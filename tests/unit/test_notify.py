"""What goes wrong reaches people, by every channel that is set up."""

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import dagster as dg
import pytest

from dagster_project.findings import findings_of, notice_of
from dagster_project.run import run_refresh
from echelon.config import Settings, load_settings
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.notify import Finding, Notice, notify

STALE = Finding("erp_freshness", "warning", "input as of 2025-12-01, 30 days old")
FAILED = Notice("refresh", "failed", "R1", "gate_failed", "gate lost", (STALE,))


@contextmanager
def serving(server):
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def web():
    """A local web server: what it was posted, and the answers it still owes."""
    posted, answers = [], []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path, json.loads(body)))
            answer, *location = answers.pop(0) if answers else (200,)
            self.send_response(answer)
            for address in location:
                self.send_header("Location", address)
            self.end_headers()

        def log_message(self, *_):
            pass

    with serving(HTTPServer(("127.0.0.1", 0), Receiver)) as port:
        yield SimpleNamespace(
            url=f"http://127.0.0.1:{port}", posted=posted, answers=answers
        )


@pytest.fixture
def mail():
    """A local mail server: the letters it took, and what it answers otherwise."""
    letters, answers = [], {}

    class Receiver(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 ready\r\n")
            while line := self.rfile.readline():
                if line.upper().startswith(b"DATA"):
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(self.rfile.readline, b".\r\n")
                    letters.append(b"".join(lines).decode())
                is_over = line.upper().startswith(b"QUIT")
                usual = b"221 bye" if is_over else b"250 good"
                self.wfile.write(answers.get(line.strip().lower(), usual) + b"\r\n")

    with serving(socketserver.TCPServer(("127.0.0.1", 0), Receiver)) as port:
        yield SimpleNamespace(port=port, letters=letters, answers=answers)


def test_every_channel_that_is_set_up_is_told(web, mail):
    settings = Settings(
        notify_webhook_url=f"{web.url}/hook",
        notify_slack_url=f"{web.url}/slack",
        notify_email_to="steering@example.com",
        smtp_host="127.0.0.1",
        smtp_port=mail.port,
    )
    assert notify(settings, FAILED) == ["webhook", "slack", "email"]
    posted = dict(web.posted)
    record, chat = posted["/hook"], posted["/slack"]
    assert record["title"] == "Echelon: refresh failed (gate_failed)"
    assert record["findings"][0]["check"] == "erp_freshness"
    assert chat["text"].splitlines() == [
        "*Echelon: refresh failed (gate_failed)*",
        "gate lost",
        "warning erp_freshness: input as of 2025-12-01, 30 days old",
        "In force: R1",
    ]
    assert "To: steering@example.com" in mail.letters[0]
    assert "warning erp_freshness" in mail.letters[0]


def test_nobody_is_told_where_nothing_is_set_up_or_nothing_is_wrong(web):
    assert notify(Settings(), FAILED) == []
    sound = Notice("refresh", "finished", "R1", None, "refresh finished", ())
    assert notify(Settings(notify_webhook_url=web.url), sound) == []
    assert web.posted == []


def test_a_channel_that_is_down_for_a_moment_is_tried_again(web):
    web.answers += [(503,), (502,)]
    waits = []
    told = notify(Settings(notify_webhook_url=web.url), FAILED, waits.append)
    assert (told, waits, len(web.posted)) == (["webhook"], [1.0, 2.0], 3)


def test_a_channel_that_stays_down_is_logged_without_its_address(web, mail, caplog):
    web.answers += [(503,)] * 3
    settings = Settings(
        notify_webhook_url=f"{web.url}/secret-token",
        notify_email_to="steering@example.com",
        smtp_host="127.0.0.1",
        smtp_port=mail.port,
    )
    with caplog.at_level("WARNING", logger="echelon.notify"):
        assert notify(settings, FAILED, lambda _: None) == ["email"]
    assert "nobody was told by webhook: HTTPError" in caplog.text
    assert "secret-token" not in caplog.text


@pytest.mark.parametrize("location", ["/elsewhere", "http://[::1"])
@pytest.mark.parametrize("answer", [302, 307])
def test_a_redirect_is_no_delivery(web, answer, location):
    web.answers += [(answer, location)] * 3
    settings = Settings(notify_webhook_url=f"{web.url}/hook")
    assert notify(settings, FAILED, lambda _: None) == []
    assert [path for path, _ in web.posted] == ["/hook"] * 3


def test_an_answer_that_never_ends_is_given_up(web, mail, monkeypatch, caplog):
    is_over = threading.Event()

    class Dripping(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.sendall(b"2")
            is_over.wait()

    monkeypatch.setattr("echelon.notify.LIMIT_SECONDS", 2.0)
    with serving(socketserver.TCPServer(("127.0.0.1", 0), Dripping)) as port:
        settings = Settings(
            notify_webhook_url=f"http://127.0.0.1:{port}/secret-token",
            notify_email_to="steering@example.com",
            smtp_host="127.0.0.1",
            smtp_port=mail.port,
        )
        assert notify(settings, FAILED) == ["email"]
        is_over.set()
    assert "nobody was told by webhook: it took too long" in caplog.text
    assert "secret-token" not in caplog.text


def test_a_letter_that_was_taken_is_not_sent_again(mail, caplog):
    mail.answers[b"rcpt to:<gone@example.com>"] = b"550 unknown here"
    mail.answers[b"quit"] = b"421 too busy for farewells"
    settings = Settings(
        notify_email_to="steering@example.com, gone@example.com",
        smtp_host="127.0.0.1",
        smtp_port=mail.port,
    )
    assert notify(settings, FAILED, lambda _: None) == ["email"]
    assert len(mail.letters) == 1
    assert "did not take the notice for 1 of its recipients" in caplog.text
    assert "example.com" not in caplog.text


def test_what_a_channel_cannot_take_changes_nothing_of_a_run(mail, caplog):
    odd = Notice("refresh", "failed", "R1", "gate_failed", "lost\udcff", ())
    settings = Settings(
        notify_email_to="steering@example.com",
        smtp_host="127.0.0.1",
        smtp_port=mail.port,
    )
    assert notify(settings, odd, lambda _: None) == []
    assert "nobody was told by email: UnicodeEncodeError" in caplog.text


def test_people_are_told_of_an_error_that_is_none_of_ours(web, tmp_path):
    (tmp_path / "file").touch()
    settings = Settings(data_dir=tmp_path / "file" / "x", notify_webhook_url=web.url)
    with pytest.raises(NotADirectoryError):
        run_refresh(settings, {}, print)
    [(_, record)] = web.posted
    assert record["title"] == "Echelon: refresh failed (path_unusable)"


def test_an_address_is_spelled_as_a_request_needs_it(web):
    assert notify(Settings(notify_webhook_url=f"{web.url}/h\u00f6k"), FAILED)
    assert [path for path, _ in web.posted] == ["/h%C3%B6k"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOTIFY_WEBHOOK_URL", "http://.hooks.example/x"),
        ("NOTIFY_SLACK_URL", "http://[::1"),
        ("NOTIFY_EMAIL_TO", "ann@example.com\nbob"),
        ("NOTIFY_EMAIL_TO", "ann@example.com, bob"),
        ("NOTIFY_EMAIL_FROM", "a@"),
        ("SMTP_HOST", ".bad..host"),
        ("SMTP_USER", "zo\u00eb"),
        ("SMTP_PASSWORD", "gehei\u00dfnis"),
    ],
)
def test_what_nothing_could_be_sent_with_is_refused_at_the_start(
    monkeypatch, name, value
):
    monkeypatch.setenv(f"ECHELON_{name}", value)
    with pytest.raises(EchelonError) as refusal:
        load_settings()
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
    assert refusal.value.fault.column == f"ECHELON_{name}"
    assert "gehei" not in refusal.value.to_json()


@pytest.mark.parametrize(
    "address",
    [
        "file:///secret-token",
        "http://[secret-token/",
        "http://..secret-token/",
        "https://ann:secret-token@example.com/",  # pragma: allowlist secret
    ],
)
def test_a_refused_address_is_not_repeated(monkeypatch, address):
    monkeypatch.setenv("ECHELON_NOTIFY_WEBHOOK_URL", address)
    with pytest.raises(EchelonError) as refusal:
        load_settings()
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
    assert refusal.value.fault.column == "ECHELON_NOTIFY_WEBHOOK_URL"
    assert "secret-token" not in refusal.value.to_json()


@pytest.mark.parametrize(
    ("exit_code", "code", "outcome", "message"),
    [
        (ExitCode.INPUT_REJECTED, "missing_file", "failed", "missing_file"),
        (ExitCode.HELD_FOR_APPROVAL, "held", "failed", "held"),
        (ExitCode.NOTHING_NEW, "nothing_new", "found nothing new", "nothing_new"),
        (ExitCode.INTERNAL, "internal", "failed", "a defect: the run's log"),
    ],
    ids=["rejected", "held", "nothing_new", "defect"],
)
def test_a_fault_becomes_a_notice(tmp_path, exit_code, code, outcome, message):
    error = EchelonError(exit_code, Fault(code, "not there", hint="look"))
    settings = Settings(data_dir=tmp_path)
    notice = notice_of(settings, "refresh", [], error)
    assert (notice.outcome, notice.code) == (outcome, code)
    assert notice.message.startswith(message)
    assert notice.is_worth_telling == (outcome == "failed")


def test_a_notice_names_the_place_and_the_remedy_and_quotes_no_cell(tmp_path):
    fault = Fault(
        code="policy_refused",
        message="behaviour 'Ann Lee' is none of: fixed, variable",
        file="policy_cost_pools.csv",
        line=7,
        column="behaviour",
        rule="accepted_values",
        hint="correct the row",
    )
    error = EchelonError(ExitCode.CONFIGURATION, fault)
    notice = notice_of(Settings(data_dir=tmp_path), "refresh", [], error)
    assert notice.message == (
        "policy_cost_pools.csv:7:behaviour: policy_refused, accepted_values"
        " (correct the row)"
    )


def test_a_fault_without_a_remedy_cannot_be_made():
    with pytest.raises(TypeError, match="hint"):
        Fault("read_back_differs", "finance.orders differs")


@dg.asset
def table():
    return None


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(name, asset=table)
        for name in ("good", "warned", "old", "bad")
    ]
)
def four_checks():
    for name, passed, severity, warnings in (
        ("good", True, "ERROR", 0),
        ("warned", True, "ERROR", 2),
        ("old", False, "WARN", 0),
        ("bad", False, "ERROR", 0),
    ):
        yield dg.AssetCheckResult(
            asset_key="table",
            check_name=name,
            passed=passed,
            severity=dg.AssetCheckSeverity[severity],
            description=f"{name} it is",
            metadata={"warnings": warnings},
        )


def test_failed_checks_and_warnings_of_a_run_are_found():
    """Dagster calls a gate with warnings passed, and tells nobody of a WARN."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([table, four_checks], instance=instance)
        assert findings_of(instance, result.run_id) == [
            Finding("warned", "warning", "warned it is"),
            Finding("old", "warning", "old it is"),
            Finding("bad", "error", "bad it is"),
        ]


def test_the_sensors_tell_of_warnings_and_of_failures(web, tmp_path, monkeypatch):
    monkeypatch.setenv("ECHELON_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ECHELON_NOTIFY_WEBHOOK_URL", web.url)
    from dagster_project.sensors import failed_run, warned_run

    @dg.asset
    def broken():
        raise dg.Failure(
            "no file",
            metadata={
                "fault": json.dumps(
                    {"exit_code": 20, "code": "x", "message": "no file", "hint": "go"}
                )
            },
        )

    for assets, sensor, kind in (
        ([table, four_checks], warned_run, "success"),
        ([broken], failed_run, "failure"),
    ):
        with dg.DagsterInstance.ephemeral() as instance:
            result = dg.materialize(assets, instance=instance, raise_on_error=False)
            event = (
                result.get_run_success_event()
                if kind == "success"
                else result.get_run_failure_event()
            )
            context = dg.build_run_status_sensor_context(
                sensor_name=sensor.name,
                dagster_event=event,
                dagster_instance=instance,
                dagster_run=result.dagster_run,
            )
            sensor(context.for_run_failure() if kind == "failure" else context)
    titles = [record["title"].split(": ", 1)[1] for _, record in web.posted]
    assert [title.split(" ", 1)[1] for title in titles] == [
        "finished, 3 warnings",
        "failed (x)",
    ]
