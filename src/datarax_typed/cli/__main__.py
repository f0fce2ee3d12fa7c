"""`python -m datarax_typed.cli` is `datarax-typed`."""

import sys

from datarax_typed.cli import main

sys.exit(main())
