"""The example file for operators, written from the same descriptions the settings are checked by."""

from __future__ import annotations

import json
import textwrap
from datetime import time
from decimal import Decimal
from enum import Enum
from typing import Any

from connector.config.keys import Key, keys, sections
from connector.config.settings import Settings

_WIDTH = 98
_HEAD = """\
# Linked accounts for Splynx: the connector's configuration.
#
# A line like "#name = value" shows a default; remove the # to change it.
# Needed are only platform.base_url and the API key with its secret. Start with
# mode = "observe", look at `linked-accounts plan`, then go on to "propose" or "act".
#
# After a change: `linked-accounts config validate`, then `systemctl reload linked-accounts`.
#
# Every setting can come from the environment too, as LINKED_ACCOUNTS_<SECTION>__<KEY>, for
# example LINKED_ACCOUNTS_PLATFORM__BASE_URL or LINKED_ACCOUNTS_MODE; lists are separated by
# commas there. The environment wins over a credential, a credential over this file.
"""
_SECRETS = """\
# The API key and its secret do not belong here. Give them as the systemd credentials
# platform__key and platform__secret (see the unit), or in the environment as
# LINKED_ACCOUNTS_PLATFORM__KEY and LINKED_ACCOUNTS_PLATFORM__SECRET. In this file they are
# accepted only while nobody but its owner may read it.
#key = "..."
#secret = "..."
"""
_ALWAYS_SET = {"mode", "platform.base_url", "store.url"}


def example_toml() -> str:
    """A commented file that loads as it stands, once key and secret are in the environment."""
    top = [_entry(key) for key in keys().values() if not key.section]
    return "\n".join([_HEAD, *top, *(_section(name) for name in sections())])


def _section(name: str) -> str:
    """One table with its keys; secrets are told together, at its end."""
    title = Settings.model_fields[name].description
    own = [key for key in keys().values() if key.section == name]
    entries = [_entry(key) for key in own if not key.is_secret]
    if any(key.is_secret for key in own):
        entries.append(_SECRETS)
    return "\n".join([f"# {title}", f"[{name}]", "", *entries])


def _entry(key: Key) -> str:
    """A key: what it does, what it accepts, and its default."""
    examples = key.info.examples or []
    default = key.info.get_default()
    value = default if not key.info.is_required() and default is not None else examples[0]
    line = f"{key.name} = {_literal(value)}"
    if key.dotted not in _ALWAYS_SET:
        line = f"#{line}"
    return "\n".join([*_comment(key), line, ""])


def _comment(key: Key) -> list[str]:
    """What a key does; words to choose from stand in a table, other limits in brackets."""
    about, *choices = (key.info.description or "").split("\n")
    limits = key.span or ", ".join(key.words)
    if limits and not choices:
        about = f"{about.removesuffix('.')} ({limits})."
    lines = textwrap.wrap(about, _WIDTH, initial_indent="# ", subsequent_indent="# ")
    words = [choice.partition(": ") for choice in choices]
    width = max((len(word) for word, _, _ in words), default=0)
    return [*lines, *(f"#   {word:<{width}}  {meaning}" for word, _, meaning in words)]


def _literal(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Enum):
        return json.dumps(value.value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_literal(one) for one in value) + "]"
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    return str(value) if isinstance(value, Decimal) else json.dumps(value)
