"""``config init``, ``validate`` and ``show``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from connector.cli.common import AsJson, Context, Given
from connector.cli.endings import DONE
from connector.cli.jsonout import print_document
from connector.cli.rendering import for_people, pairs, plain
from connector.config import DEFAULT_PATH, Settings, example_toml, load_settings
from connector.config.sources import CONFIG_VARIABLE
from connector.errors import ConnectorError, SetupError

OWNER_ONLY = 0o600
NO_SECRETS_HERE = (
    "all else is good; where the service alone is handed key and secret, check with"
    " `linked-accounts config validate --without-secrets`"
)

File = Annotated[Path | None, Parameter(help="Where to; else what -c or the environment names.")]
WithoutSecrets = Annotated[
    bool,
    Parameter(
        help="Do not ask for key and secret, which systemd may hand to the service alone.",
        show_default=False,
    ),
]


def init(file: File = None, /, *, context: Given) -> int:
    """Write a commented example that only its owner may read; never over an existing file."""
    path = file or context.config or Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_PATH)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(handle, "w", encoding="utf-8") as target:
            target.write(example_toml())
    except FileExistsError as error:
        raise ConnectorError(f"{path} exists already; it was left as it is") from error
    except OSError as error:
        raise ConnectorError(f"{path} cannot be written; {error.strerror}") from error
    for_people().print(
        f"wrote {plain(path)}, which only its owner may read; set platform.base_url in it, then"
        " `linked-accounts config validate`"
    )
    return DONE


def validate(*, without_secrets: WithoutSecrets = False, context: Given) -> int:
    """Load the configuration as the service does; tell every problem at once."""
    if without_secrets:
        settings = load_settings(context.config, need_secrets=False)
    else:
        settings = _complete(context)
    for_people().print(
        f"the configuration is good: mode {settings.mode}, platform {settings.platform.base_url}"
    )
    return DONE


def _complete(context: Context) -> Settings:
    """With key and secret; who lacks nothing else is told how to check without them."""
    try:
        return load_settings(context.config)
    except SetupError as error:
        with suppress(SetupError):
            load_settings(context.config, need_secrets=False)
            error.problems.append(NO_SECRETS_HERE)
        raise


def show(*, json: AsJson = False, context: Given) -> int:
    """Show every setting in force, wherever it was set; secrets are masked."""
    settings = load_settings(context.config, need_secrets=False).describe(masked=True)
    if json:
        print_document({"settings": settings})
    else:
        pairs(for_people(), _flat(settings))
    return DONE


def _flat(settings: dict[str, Any], section: str = "") -> Iterator[tuple[str, object]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{name}.")
        elif isinstance(value, list):
            yield f"{section}{name}", ", ".join(str(part) for part in value)
        else:
            yield f"{section}{name}", _word(value)


def _word(value: object) -> str:
    """A value as the file would have it."""
    if value is None:
        return "(not set)"
    return str(value).lower() if isinstance(value, bool) else str(value)
