"""The command `rtdash`: the composition root. Imports wait until a command needs them: `--help` answers at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from rtdash.cli.arguments import parse
from rtdash.errors import RtdashError
from rtdash.model.text import plain

_PIPE_CLOSED = 141
"""As a shell has it: 128 + SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status. Errors that we know become one line on standard error."""
    options = parse(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has seen enough; what Python still holds for him goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except RtdashError as error:
        # A log's last lines and an example below the message are lines of their own.
        print("rtdash:", "\n".join(map(plain, str(error).split("\n"))), file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        return 130
    return status
