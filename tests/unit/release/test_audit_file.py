"""What does the process that reads a file back say when it cannot?"""

import duckdb
import pytest

from echelon.errors import EchelonError, ExitCode
from echelon.release.audit_file import audit_in_fresh_process


@pytest.fixture
def published(tmp_path):
    path = tmp_path / "published.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table t as select 1 as a")
    return path


def test_too_little_memory_is_no_flaw_of_the_file(published):
    with pytest.raises(EchelonError) as refusal:
        audit_in_fresh_process(published, "1KB")
    assert refusal.value.exit_code == ExitCode.RESOURCES
    assert "ECHELON_MEMORY_LIMIT" in str(refusal.value)


def test_what_is_no_database_cannot_be_read(published):
    published.write_bytes(b"not a database")
    with pytest.raises(EchelonError) as refusal:
        audit_in_fresh_process(published, "1GB")
    assert refusal.value.exit_code == ExitCode.INTEGRITY
