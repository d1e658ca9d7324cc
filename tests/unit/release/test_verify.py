import hashlib
import json
import os
import shutil

import duckdb
import pytest

from echelon.audit import audit_log_path, read_events
from echelon.errors import EchelonError, ExitCode
from echelon.hashing import sha256_of_file
from echelon.release.rollback import rollback
from echelon.release.store import (
    current_release_id,
    find_release,
    list_releases,
    release_in_force,
)
from echelon.release.verify import verify


def rewrite(path, content):
    path.chmod(0o644)
    path.write_bytes(content)


def test_sound_release_is_verified(company):
    release = company.release()
    proof = verify(company.data_dir)
    assert (proof.release_id, proof.pools, proof.events) == (release.release_id, 1, 2)
    assert proof.files == len(release.manifest()["files"])
    assert proof.tables == len(release.manifest()["tables"])
    assert proof.lines()[0] == f"release {release.release_id} is sound"


def test_the_proof_states_its_hash_is_listed_and_comes_out_the_same(company):
    release = company.release()
    record = json.loads((release.directory / "proof.json").read_text())
    signature = record.pop("proof_sha256")
    text = json.dumps(record, sort_keys=True).encode()
    assert signature == hashlib.sha256(text).hexdigest()
    assert signature == verify(company.data_dir).proof_sha256
    assert record["postings"] == [
        {
            "entity_code": "DE01",
            "fiscal_period": "2025-12",
            "cost_pool_code": "freight",
            "currency_code": "EUR",
            "lines": 1,
            "base_cents": 10000,
            "local_ten_thousandths": 1000000,
        }
    ]
    listed = release.manifest()["files"]["proof.json"]["sha256"]
    assert listed == read_events(company.data_dir)[-1].details["proof_sha256"]


def test_pools_whose_journals_are_gone_count_as_failed(company):
    company.release()
    (company.data_dir / "landing/gl/gl-0001/gl__journal_lines.csv").unlink()
    with pytest.raises(EchelonError, match="1 pools could not be checked") as finding:
        verify(company.data_dir)
    assert finding.value.fault.code == "does_not_tie"


def _flip_a_byte(release):
    content = bytearray(release.database.read_bytes())
    content[-1] ^= 1
    rewrite(release.database, bytes(content))


def _remove_a_file(release):
    path = release.directory / "parquet/core/dim_segments.parquet"
    path.parent.chmod(0o755)
    path.unlink()


def _add_a_file(release):
    release.directory.chmod(0o755)
    (release.directory / "more.csv").write_text("a\n1\n")


def _add_a_pipe(release):
    release.directory.chmod(0o755)
    os.mkfifo(release.directory / "more")


def _add_an_empty_directory(release):
    release.directory.chmod(0o755)
    (release.directory / "more").mkdir()


def _add_a_link_to_a_directory(release):
    release.directory.chmod(0o755)
    (release.directory / "more").symlink_to("parquet")


def _lead_to_a_copy(name):
    def lead(release):
        path = release.directory / name
        copy = release.directory.parents[1] / "copy"
        path.parent.chmod(0o755)
        path.chmod(0o755)
        path.rename(copy)
        path.symlink_to(copy)

    return lead


def _rewrite_the_manifest_to_match(release):
    path = release.directory / "manifest.json"
    rewrite(path, path.read_bytes().replace(b'"95.00"', b'"96.00"'))


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (_flip_a_byte, "file_changed"),
        (_remove_a_file, "file_missing"),
        (_add_a_file, "file_added"),
        (_add_a_pipe, "file_added"),
        (_add_an_empty_directory, "file_added"),
        (_add_a_link_to_a_directory, "file_added"),
        (_lead_to_a_copy("published.duckdb"), "file_replaced"),
        (_lead_to_a_copy("manifest.json"), "file_replaced"),
        (_lead_to_a_copy("parquet"), "file_added"),
        (_lead_to_a_copy(""), "directory_replaced"),
        (_rewrite_the_manifest_to_match, "manifest_changed"),
    ],
    ids=[
        "byte",
        "removed",
        "added",
        "pipe",
        "empty_directory",
        "link",
        "link_for_a_file",
        "link_for_the_manifest",
        "link_for_a_directory",
        "link_for_the_release",
        "manifest",
    ],
)
def test_tampered_release_is_found_and_cannot_be_rolled_back_to(company, tamper, code):
    release = company.release()
    tamper(release)
    with pytest.raises(EchelonError) as finding:
        verify(company.data_dir)
    assert finding.value.exit_code is ExitCode.INTEGRITY
    assert finding.value.fault.code == code


def test_cent_moved_in_file_manifest_and_log_alike_is_found_by_the_tie_out(company):
    release = company.release()
    release.database.chmod(0o644)
    release.directory.chmod(0o755)
    with duckdb.connect(str(release.database)) as connection:
        connection.execute(
            "update intermediate.int_costs_allocated"
            " set allocated_amount_base_ccy = 60.01 where customer_id = 'C1'"
        )
    manifest = release.manifest()
    listed = manifest["files"]["published.duckdb"]
    listed["sha256"] = sha256_of_file(release.database)
    manifest["engine"]["duckdb"] = "0.0.0"
    table = manifest["tables"]["intermediate.int_costs_allocated"]
    table["totals"]["allocated_amount_base_ccy"] = "95.01"
    path = release.directory / "manifest.json"
    rewrite(path, json.dumps(manifest).encode())
    log = audit_log_path(company.data_dir)
    announced, published = log.read_text().splitlines(keepends=True)
    event = json.loads(published)
    event["details"]["manifest_sha256"] = sha256_of_file(path)
    log.write_text(announced + json.dumps(event) + "\n")
    with pytest.raises(EchelonError, match="6000 cents against 6001") as finding:
        verify(company.data_dir)
    assert finding.value.fault.code == "does_not_tie"


def test_log_cut_behind_a_release_is_found(company):
    company.release()
    company.deliver("erp-0002")
    company.release()
    log = audit_log_path(company.data_dir)
    log.write_text(log.read_text().splitlines(keepends=True)[0])
    with pytest.raises(EchelonError) as finding:
        verify(company.data_dir)
    assert finding.value.fault.code == "pointer_differs"


def test_a_pointer_to_a_release_of_that_name_elsewhere_is_found(company, tmp_path):
    released = company.release()
    shutil.copytree(released.directory, tmp_path / "elsewhere" / released.release_id)
    pointer = company.data_dir / "current"
    pointer.unlink()
    pointer.symlink_to(tmp_path / "elsewhere" / released.release_id)
    for ask, code in (
        (verify, "pointer_differs"),
        (release_in_force, "pointer_damaged"),
    ):
        with pytest.raises(EchelonError) as finding:
            ask(company.data_dir)
        assert finding.value.fault.code == code


def test_nothing_published_is_a_configuration_error(company):
    with pytest.raises(EchelonError, match="echelon refresh") as finding:
        verify(company.data_dir)
    assert finding.value.exit_code is ExitCode.CONFIGURATION


def test_rollback_puts_the_former_release_back_in_one_step(company):
    first = company.release()
    company.deliver("erp-0002")
    second = company.release()
    assert rollback(company.data_dir, first.release_id).is_current
    assert not find_release(company.data_dir, second.release_id).is_current
    assert verify(company.data_dir).events == 5


def test_rollback_to_a_changed_release_is_refused(company):
    first = company.release()
    company.deliver("erp-0002")
    second = company.release()
    _flip_a_byte(first)
    with pytest.raises(EchelonError) as refusal:
        rollback(company.data_dir, first.release_id)
    assert refusal.value.exit_code is ExitCode.INTEGRITY
    assert current_release_id(company.data_dir) == second.release_id


def _leave_its_files_out(release, manifest):
    del manifest["files"]


def _list_a_changed_file_as_it_is(release, manifest):
    _flip_a_byte(release)
    changed = sha256_of_file(release.database)
    manifest["files"]["published.duckdb"]["sha256"] = changed


@pytest.mark.parametrize("edit", [_leave_its_files_out, _list_a_changed_file_as_it_is])
def test_rollback_to_a_release_with_another_manifest_is_refused(two, edit):
    first, second = list_releases(two.data_dir)
    manifest = first.manifest()
    edit(first, manifest)
    rewrite(first.directory / "manifest.json", json.dumps(manifest).encode())
    with pytest.raises(EchelonError) as refusal:
        rollback(two.data_dir, first.release_id)
    assert refusal.value.exit_code is ExitCode.INTEGRITY
    assert current_release_id(two.data_dir) == second.release_id


@pytest.mark.parametrize(
    ("release_id", "exit_code"),
    [
        ("2025-01-01-abc", ExitCode.CONFIGURATION),
        ("../landing", ExitCode.CONFIGURATION),
        ("", ExitCode.CONFIGURATION),
        (None, ExitCode.NOTHING_NEW),
    ],
    ids=["unknown", "not_an_id", "no_id", "in_force_already"],
)
def test_rollback_to_nowhere_is_refused(company, release_id, exit_code):
    release = company.release()
    asked = release.release_id if release_id is None else release_id
    with pytest.raises(EchelonError) as refusal:
        rollback(company.data_dir, asked)
    assert refusal.value.exit_code is exit_code
