"""The command line, called in this process: what costs seconds is imported once."""

import contextlib
import io
import os
import subprocess
import sys
from unittest.mock import patch

from echelon.cli import main


def echelon(data_dir, *arguments, **environment):
    """Run ``echelon`` on a data directory; return what a shell would see of it."""
    command = ["echelon", *map(str, arguments)]
    variables = {
        "ECHELON_DATA_DIR": str(data_dir),
        "OMP_NUM_THREADS": "1",
        **environment,
    }
    printed, complained = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, variables),
        patch.object(sys, "argv", command),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(complained),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    return subprocess.CompletedProcess(
        command, code, printed.getvalue(), complained.getvalue()
    )
