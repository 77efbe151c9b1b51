"""What every command is handed: the options that all of them have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """The options that may stand before or after every command."""

    config: Path | None = None
    verbose: bool = False


Given: TypeAlias = Annotated[Context, Parameter(parse=False)]
"""The parameter of a command that gets the context instead of words."""

AsJson: TypeAlias = Annotated[
    bool, Parameter(name="--json", help="Print one JSON document.", show_default=False)
]
"""The option of every command that reads."""

By: TypeAlias = Annotated[
    str | None, Parameter(help="Who asks, for the journal; else your login name.")
]
"""The option of every command that asks for something in a person's name."""
