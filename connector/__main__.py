"""``python -m connector``: the same as ``linked-accounts``."""

from __future__ import annotations

import sys

from connector.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
