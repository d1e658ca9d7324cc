"""What does a release keep of what it was made of, so that it can be made again?"""

import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import echelon

POLICY_SEEDS = "policy"


def copy_policy(seeds_dir: Path, target: Path) -> None:
    """Copy the policy as it was assembled for a refresh.

    Args:
        seeds_dir: The assembled seeds.
        target: Directory to create; laid over the default policy it gives these seeds.
    """
    target.mkdir()
    for path in sorted((seeds_dir / POLICY_SEEDS).glob("*.csv")):
        shutil.copyfile(path, target / path.name)


def code_version() -> dict[str, str]:
    """Say which code is running, for people who want to run it again.

    What binds a release to its code is the hash of the code, which is part of its id;
    the commit helps to find that code. It is empty where there is no repository.

    Returns:
        ``echelon``, ``python`` and ``commit``.
    """
    root = Path(echelon.__file__).parents[1]
    commit = ""
    if (root / ".git").exists() and shutil.which("git"):
        asked = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40"],
            capture_output=True,
            text=True,
            check=False,
        )
        commit = asked.stdout.strip()
    return {
        "echelon": version("echelon"),
        "python": platform.python_version(),
        "commit": commit,
    }
