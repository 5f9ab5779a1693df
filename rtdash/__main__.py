"""`python -m rtdash` is the `rtdash` command."""

import sys

from rtdash.cli import main

sys.exit(main())
