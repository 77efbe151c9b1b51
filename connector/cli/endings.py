"""How a command ends: one clear sentence on standard error, and an exit code that scripts can use."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connector.cli.rendering import plain
from connector.errors import ConnectorError, InvariantBroken, SetupError

DONE = 0
FAILED = 1  #: something is held or failed: a person must look
USAGE = 2
CHANGES = 3  #: ``plan --exit-code``: changes wait
UNAVAILABLE = 69
AGAIN = 75  #: nothing is wrong that time does not mend
DENIED = 77
SETUP = 78

_GRAVEST_FIRST = (SETUP, DENIED, UNAVAILABLE, FAILED, AGAIN, DONE)


@dataclass(kw_only=True, slots=True)
class End:
    """The exit code, once it is known."""

    code: int = FAILED


@contextmanager
def ending() -> Iterator[End]:
    """Turn whatever ends the block into a sentence and an exit code."""
    end = End()
    try:
        yield end
    except ConnectorError as error:
        for sentence in sentences_of(error):
            say(sentence)
        end.code = error.exit_code
    except InvariantBroken as broken:
        say(f"a law does not hold, which is a bug; nothing further was done: {broken}")
        end.code = FAILED
    except BrokenPipeError:  # whoever reads us has seen enough; the interpreter flushes once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        end.code = 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        end.code = 128 + signal.SIGINT


def sentences_of(error: ConnectorError) -> list[str]:
    """What to tell of an error: every problem of a set-up, else its one sentence."""
    return error.problems if isinstance(error, SetupError) else [str(error)]


def gravest(codes: Iterable[int]) -> int:
    """The exit code that asks most of people; 0 for none."""
    found = set(codes)
    return next((code for code in _GRAVEST_FIRST if code in found), max(found, default=DONE))


def say(sentence: str) -> None:
    """Tell something on standard error, under our name."""
    sys.stderr.write(f"linked-accounts: {plain(sentence)}\n")


def flush() -> None:
    """Find out now whether what we wrote was taken."""
    sys.stdout.flush()
