"""How is the sample company written from the command line?"""

import argparse
import sys
from pathlib import Path

from sample_data.company import write_sample_company
from sample_data.world import SIZES


def main() -> int:
    """Parse the arguments and write the sample; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sample_data")
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    try:
        write_sample_company(
            given.size, given.seed, given.out, lambda text: print(text, file=sys.stderr)
        )
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
