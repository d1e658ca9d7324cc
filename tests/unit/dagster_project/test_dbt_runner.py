from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from dagster_project.resources import dbt_runner
from echelon.config import Settings


def test_processes_that_start_at_once_on_a_fresh_machine_share_one_parsed_project(
    tmp_path, monkeypatch
):
    for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.setenv(name, "")  # so that it is restored after the test
    installed = tmp_path / "installed"
    installed.mkdir()
    (installed / dbt_runner.PARSED_NAME).write_bytes(b"parsed" * 1_000_000)
    monkeypatch.setattr(dbt_runner, "INSTALLED_DIR", installed)
    starters = Barrier(8)

    def start(_):
        starters.wait()
        target_dir = dbt_runner.prepare_dbt(Settings(data_dir=tmp_path / "data"))
        return (target_dir / dbt_runner.PARSED_NAME).stat().st_size

    with ThreadPoolExecutor(8) as processes:
        assert list(processes.map(start, range(8))) == [6_000_000] * 8
