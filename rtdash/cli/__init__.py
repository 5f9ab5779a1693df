"""The command `rtdash`: the composition root. Imports wait until a command needs them: `--help` answers at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rtdash.cli.arguments import parse
from rtdash.errors import RtdashError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status. Errors that we know become one line on standard error."""
    options = parse(arguments)
    try:
        status: int = options.run(options)
    except RtdashError as error:
        print(f"rtdash: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        return 130
    return status
