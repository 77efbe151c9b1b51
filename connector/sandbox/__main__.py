"""`python -m connector.sandbox`: serve a sandbox until it is stopped."""

import argparse
import sys

from connector.sandbox.options import SandboxOptions
from connector.sandbox.server import run_sandbox


def main(arguments: list[str] | None = None) -> None:
    """Read the flags and serve; prints one line of JSON when ready."""
    defaults = SandboxOptions()
    parser = argparse.ArgumentParser(prog="python -m connector.sandbox", description=__doc__)
    parser.add_argument("--host", default=defaults.host)
    parser.add_argument("--port", type=int, default=defaults.port)
    parser.add_argument("--release", default=defaults.release, choices=("5.1", "4.3"))
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--families", type=int, default=defaults.families)
    parser.add_argument("--subs", type=int, default=defaults.subs)
    parser.add_argument("--start", default=defaults.start, help="local time, ISO 8601")
    parser.add_argument("--timezone", default=defaults.timezone)
    parser.add_argument("--key")
    parser.add_argument("--secret")
    parser.add_argument("--running", action="store_true", help="let the clock run")
    parser.add_argument("--latency-ms", type=int, default=defaults.latency_ms)
    given = vars(parser.parse_args(arguments))
    frozen = not given.pop("running")
    run_sandbox(SandboxOptions(frozen=frozen, **given), _announce)


def _announce(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
