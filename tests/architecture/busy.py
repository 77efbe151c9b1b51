"""What no module may do: things, when it is imported. Proves that the watch on imports works."""

from __future__ import annotations

import os
from threading import Thread

with open(os.devnull, "w", encoding="utf-8") as nothing:  # noqa: PTH123 - what is watched for
    nothing.write("")
_thread = Thread(target=int)
_thread.start()
