"""Load the settings: environment over credential over file over default; all problems at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource

from connector.config.keys import keys, sections
from connector.config.problems import missing, problems_of
from connector.config.settings import Settings
from connector.config.sources import (
    CONFIG_VARIABLE,
    DEFAULT_PATH,
    Layer,
    read_credentials,
    read_environment,
    read_file,
)
from connector.errors import SetupError


def load_settings(
    path: Path | None,
    environ: Mapping[str, str] | None = None,
    *,
    need_secrets: bool = True,
    default_path: Path = DEFAULT_PATH,
) -> Settings:
    """Settings from ``path``, else ``$LINKED_ACCOUNTS_CONFIG``, else ``default_path`` if it exists.

    Raises:
        SetupError: with every problem found, each naming the key and the mend.
    """
    environ = os.environ if environ is None else environ
    named = path or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    environment = read_environment(environ)
    # The environment alone may do; without the one key that has no default it cannot.
    required = named is not None or "platform.base_url" not in environment.origins
    file = read_file(named or default_path, required=required)
    layers = (environment, read_credentials(environ), file)
    problems = [problem for layer in layers for problem in layer.problems]
    if not file.readable:
        # What the file would have set is unknown, so "missing" would be a guess.
        _refuse(problems)
    origins = {key: where for layer in reversed(layers) for key, where in layer.origins.items()}
    settings: Settings | None = None
    try:
        settings = _build(layers)
    except ValidationError as error:
        problems += problems_of(error, origins)
    if need_secrets:
        problems += [
            missing(key) for key in keys().values() if key.is_secret and key.dotted not in origins
        ]
    if settings is None or problems:
        _refuse(problems)
    return settings


def _refuse(problems: list[str]) -> NoReturn:
    """Raised apart from the validation error, whose context holds what must not be shown."""
    raise SetupError(problems)


def _build(layers: tuple[Layer, ...]) -> Settings:
    """Let pydantic-settings lay the layers over one another, the first on top."""

    class Layered(Settings):
        """The settings, with the sources of this one load."""

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            """The layers, then empty tables, so that a key missing in a section is named."""
            del init_settings, env_settings, dotenv_settings, file_secret_settings
            empty: dict[str, Any] = {name: {} for name in sections()}
            return tuple(
                InitSettingsSource(settings_cls, init_kwargs=values)
                for values in (*(layer.values for layer in layers), empty)
            )

    return Layered()
