"""Which policy and reference rows does this refresh run under?"""

import csv
import shutil
from pathlib import Path

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.inputs import delivery_directories, delivery_sequence

POLICY_SYSTEM = "policy"
SETTINGS_NAME = "policy_settings.csv"


def assemble_seeds(
    data_dir: Path, project_dir: Path, policy_dir: Path | None, seeds_dir: Path
) -> None:
    """Lay a company's policy files over the default seeds, file by file.

    A later layer replaces the whole file: defaults, then each policy delivery in order
    of its sequence, then `policy_dir`.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the defaults.
        policy_dir: Policy files given by hand, or None.
        seeds_dir: Directory to create.

    Raises:
        EchelonError: ``CONFIGURATION`` for a file that is no policy of ours or whose
            columns are not those of the default.
    """
    shutil.copytree(project_dir / "dbt_project" / "seeds", seeds_dir)
    deliveries = [
        path
        for path in delivery_directories(data_dir)
        if path.parent.name == POLICY_SYSTEM
    ]
    layers = sorted(deliveries, key=delivery_sequence)
    if policy_dir is not None:
        if not policy_dir.is_dir():
            raise _refused(policy_dir, "there is no such policy directory")
        layers.append(policy_dir)
    for layer in layers:
        for overlay in sorted(layer.glob("*.csv")):
            _lay_over(overlay, seeds_dir / "policy" / overlay.name)


def base_currency(seeds_dir: Path) -> str:
    """Read the base currency from the assembled policy.

    Args:
        seeds_dir: What ``assemble_seeds`` made.

    Returns:
        ISO 4217 code.

    Raises:
        EchelonError: ``CONFIGURATION`` if the policy names none.
    """
    path = seeds_dir / "policy" / SETTINGS_NAME
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["setting_name"] == "base_currency_code":
                return row["setting_value"]
    raise _refused(path, "no setting base_currency_code", column="setting_name")


def _lay_over(overlay: Path, default: Path) -> None:
    if not default.exists():
        raise _refused(overlay, "no default policy has this name")
    expected, found = _header(default), _header(overlay)
    for column in sorted(set(expected) ^ set(found)):
        how = "is missing" if column in expected else "is not a column of this policy"
        raise _refused(overlay, f"column {column} {how}", line=1, column=column)
    default.unlink()
    shutil.copyfile(overlay, default)


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream), [])


def _refused(
    path: Path, message: str, line: int | None = None, column: str | None = None
) -> EchelonError:
    return EchelonError(
        ExitCode.CONFIGURATION,
        Fault(
            code="policy_refused",
            message=message,
            file=str(path),
            line=line,
            column=column,
            rule="a policy file replaces the default of the same name and columns",
            hint="copy the default from dbt_project/seeds/policy and edit its rows",
        ),
    )
