"""What lies outside of the data directory finds what the log cannot say of itself."""

import errno
import hashlib
import json
import os
import shutil

import pytest

from echelon.audit import (
    GENESIS,
    append_event,
    audit_log_path,
    read_events,
    seal_log,
)
from echelon.errors import EchelonError, ExitCode
from echelon.hashing import sha256_of_file
from echelon.release.doctor import examine, unguarded
from echelon.release.publish import publish
from echelon.release.recovery import heal
from echelon.release.rollback import rollback
from echelon.release.store import current_release_id
from echelon.release.verify import verify
from echelon.sealing import load_signer, write_key


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    path = tmp_path / "keys" / "echelon.pem"
    path.parent.mkdir()
    write_key(path)
    monkeypatch.setenv("ECHELON_SIGNING_KEY_FILE", str(path))
    return path


@pytest.fixture
def head_file(tmp_path, monkeypatch):
    path = tmp_path / "audit.head"
    monkeypatch.setenv("ECHELON_AUDIT_HEAD_FILE", str(path))
    return path


def written_anew(lines):
    """Chain the records again, as whoever rewrites the whole log would."""
    following, previous = b"", GENESIS
    for number, line in enumerate(lines, 1):
        record = {**line, "sequence": number, "previous_line_sha256": previous}
        text = json.dumps(record, sort_keys=True).encode() + b"\n"
        previous = hashlib.sha256(text).hexdigest()
        following += text
    return following


def records(log):
    return [json.loads(line) for line in log.read_text().splitlines()]


def refusal(company):
    with pytest.raises(EchelonError) as finding:
        verify(company.data_dir)
    assert finding.value.exit_code is ExitCode.INTEGRITY
    return finding.value.fault.code


def test_without_a_key_verify_says_what_it_could_not_find(company):
    company.release()
    found = verify(company.data_dir)
    assert (found.is_signed, found.has_head, found.proof_signature) == (
        False,
        False,
        "none",
    )
    assert [line[:11] for line in found.lines()[-2:]] == ["NOT CHECKED"] * 2


def test_with_key_and_head_log_and_proof_are_vouched_for(company, key_file, head_file):
    release = company.release()
    found = verify(company.data_dir)
    key_id = load_signer(company.data_dir).key_id
    assert (found.is_signed, found.has_head) == (True, True)
    assert found.proof_signature == f"valid, key {key_id}"
    proof = json.loads((release.directory / "proof.json").read_text())
    assert proof["signature"].startswith(f"ed25519:{key_id}:")
    assert json.loads(head_file.read_text())["events"] == 2


def test_public_half_checks_and_cannot_write(company, key_file, monkeypatch):
    company.release()
    monkeypatch.setenv("ECHELON_SIGNING_KEY_FILE", f"{key_file}.pub")
    assert verify(company.data_dir).is_signed
    with pytest.raises(EchelonError, match="cannot sign"):
        append_event(company.data_dir, "published", "r9", {})
    assert len(read_events(company.data_dir)) == 2


def _write_anew(log):
    lines = [{**line, "actor": "somebody"} for line in records(log)]
    log.write_bytes(written_anew(lines))


def _append_one(log):
    last = records(log)[-1]
    log.write_bytes(written_anew([*records(log), {**last, "event": "repaired"}]))


def test_full_rewrite_and_forged_event_are_found_by_the_key(company, key_file):
    company.release()
    log = audit_log_path(company.data_dir)
    sound = log.read_bytes()
    for forge in (_write_anew, _append_one):
        forge(log)
        assert refusal(company) == "audit_log_not_signed"
        with pytest.raises(EchelonError):
            append_event(company.data_dir, "published", "r9", {})
        log.write_bytes(sound)
    assert verify(company.data_dir).is_signed


def plant_and_announce(company):
    """A release of nobody's, a line of the log that announces it, the pointer to it."""
    model = (company.data_dir / "current").resolve()
    planted = model.with_name(f"{model.name[:-4]}beef")
    shutil.copytree(model, planted)
    path = planted / "manifest.json"
    path.chmod(0o600)
    manifest = {**json.loads(path.read_text()), "previous_release_id": model.name}
    path.write_text(json.dumps(manifest))
    log = audit_log_path(company.data_dir)
    announced = {
        **records(log)[-1],
        "event": "announced",
        "release_id": planted.name,
        "details": {"manifest_sha256": sha256_of_file(path)},
    }
    log.write_bytes(written_anew([*records(log), announced]))
    pointer = company.data_dir / "current"
    pointer.unlink()
    pointer.symlink_to(f"releases/{planted.name}")
    return planted


@pytest.mark.parametrize("guard", ["key_file", "head_file"])
def test_a_forged_announcement_stops_every_writer(company, request, guard):
    request.getfixturevalue(guard)
    company.release()
    planted = plant_and_announce(company)
    before = audit_log_path(company.data_dir).read_bytes()
    code = {"key_file": "audit_log_not_signed", "head_file": "audit_log_cut"}[guard]
    with pytest.raises(EchelonError) as refused:
        heal(company.data_dir)
    assert refused.value.fault.code == code
    assert [one.code for one in examine(company.data_dir, repair=True)] == [code]
    assert audit_log_path(company.data_dir).read_bytes() == before
    assert planted.is_dir()


def test_without_key_and_head_a_forged_announcement_comes_into_force(company):
    """What docs/proof.md says is not found; the doctor warns that it would not be."""
    company.release()
    planted = plant_and_announce(company)
    assert [one.code for one in heal(company.data_dir)] == ["publication_unentered"]
    assert current_release_id(company.data_dir) == planted.name
    assert [line[:11] for line in unguarded()] == ["NOT CHECKED"] * 2


def test_signature_of_another_key_is_none(company, key_file, tmp_path, monkeypatch):
    company.release()
    write_key(tmp_path / "other.pem")
    monkeypatch.setenv("ECHELON_SIGNING_KEY_FILE", str(tmp_path / "other.pem"))
    assert refusal(company) == "audit_log_not_signed"
    seal_log(company.data_dir)
    found = verify(company.data_dir)
    assert (found.is_signed, found.proof_signature) == (True, "of another key")


@pytest.mark.parametrize("events", [1, 2], ids=["last", "last_two"])
def test_events_cut_off_the_end_are_found_by_the_head(company, head_file, events):
    company.release()
    for number in range(2):
        append_event(company.data_dir, "model_proposed", "", {"n": str(number)})
    log = audit_log_path(company.data_dir)
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-events]))
    assert refusal(company) == "audit_log_cut"
    with pytest.raises(EchelonError):
        append_event(company.data_dir, "model_proposed", "", {})


def test_whole_directory_put_back_to_an_earlier_state_is_found(company, head_file):
    company.release()
    earlier = company.data_dir.with_name("earlier")
    shutil.copytree(company.data_dir, earlier, symlinks=True)
    company.deliver("erp-0002")
    company.release()
    company.data_dir.rename(company.data_dir.with_name("later"))
    earlier.rename(company.data_dir)
    assert refusal(company) == "audit_log_cut"


def test_kill_between_log_and_head_is_no_cut(company, head_file):
    append_event(company.data_dir, "model_proposed", "", {})
    before = json.loads(head_file.read_text())
    append_event(company.data_dir, "model_proposed", "", {})
    line = read_events(company.data_dir)[-1].line_sha256
    head_file.write_text(json.dumps({**before, "next_sha256": line}))
    assert append_event(company.data_dir, "model_proposed", "", {}).sequence == 3


@pytest.mark.parametrize(
    "content",
    [
        '{"events": "6", "sha256": "x"}',
        '{"events": null, "sha256": null}',
        '{"events": true, "sha256": "x"}',
        "[]",
        "[" * 200_000,
    ],
    ids=["text", "null", "truth", "list", "deep"],
)
def test_head_that_is_none_is_named(company, head_file, content):
    append_event(company.data_dir, "model_proposed", "", {})
    head_file.write_text(content)
    assert refusal(company) == "audit_head_unreadable"


def test_key_kept_with_what_it_guards_is_refused(company, monkeypatch):
    company.data_dir.mkdir(exist_ok=True)
    inside = company.data_dir / "key.pem"
    write_key(inside)
    monkeypatch.setenv("ECHELON_SIGNING_KEY_FILE", str(inside))
    with pytest.raises(EchelonError, match="lies in the data directory"):
        append_event(company.data_dir, "published", "r1", {})


def test_what_is_no_key_is_refused(company, key_file):
    key_file.write_text("secret")
    with pytest.raises(EchelonError, match="no Ed25519 key in PEM"):
        append_event(company.data_dir, "published", "r1", {})


def test_rollback_that_cannot_be_signed_moves_nothing(company, key_file, monkeypatch):
    first = company.release()
    company.deliver("erp-0002")
    second = company.release()
    monkeypatch.setenv("ECHELON_SIGNING_KEY_FILE", f"{key_file}.pub")
    with pytest.raises(EchelonError, match="cannot sign"):
        rollback(company.data_dir, first.release_id)
    assert current_release_id(company.data_dir) == second.release_id
    assert verify(company.data_dir).release_id == second.release_id


@pytest.mark.parametrize("former", [0, 1], ids=["first", "second"])
def test_release_that_cannot_be_entered_is_not_in_force(company, monkeypatch, former):
    for number in range(former):
        company.release()
        company.deliver(f"erp-{number + 2:04}")
    before = current_release_id(company.data_dir)
    candidate = company.candidate()
    company.examine(candidate)

    def fill_up(descriptor, content, write=os.write):
        if b'"published"' in content:
            raise OSError(errno.ENOSPC, "no space")
        return write(descriptor, content)

    monkeypatch.setattr(os, "write", fill_up)
    with pytest.raises(OSError, match="no space"):
        publish(candidate, company.register)
    assert current_release_id(company.data_dir) == before
    monkeypatch.undo()
    assert company.release().release_id == candidate.release_id


def test_key_is_never_written_over(key_file):
    with pytest.raises(EchelonError, match="cannot be made"):
        write_key(key_file)
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_public_key_that_is_there_is_not_written_over(key_file):
    public = key_file.with_name("echelon.pem.pub")
    key_file.unlink()
    before = public.read_bytes()
    with pytest.raises(EchelonError, match=r"echelon\.pem\.pub cannot be made"):
        write_key(key_file)
    assert public.read_bytes() == before
    assert not key_file.exists()


def test_key_introduced_later_needs_a_person_to_vouch(company, tmp_path, monkeypatch):
    company.release()
    write_key(tmp_path / "late.pem")
    monkeypatch.setenv("ECHELON_SIGNING_KEY_FILE", str(tmp_path / "late.pem"))
    assert refusal(company) == "audit_log_not_signed"
    company.deliver("erp-0002")
    with pytest.raises(EchelonError, match="echelon seal"):
        company.release()
    assert seal_log(company.data_dir).event == "sealed"
    company.release()
    assert verify(company.data_dir).is_signed
