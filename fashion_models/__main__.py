"""``python -m fashion_models`` is ``fashion-models``."""

import sys

from fashion_models.cli import main

sys.exit(main())
