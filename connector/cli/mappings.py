"""``mappings show``: what the platform calls things, as the file has it."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter

from connector.cli.common import AsJson, Context, Given
from connector.cli.endings import DONE
from connector.cli.jsonout import print_document
from connector.cli.opening import load
from connector.runtime.bootstrap import open_for_looking
from connector.splynx.mapping import PlatformMapping, load_mapping

Release = Annotated[
    str | None, Parameter(help="A release; else the one in force, for which Splynx may be asked.")
]


def show(*, release: Release = None, json: AsJson = False, context: Given) -> int:
    """Print the mapping of a release, or the one in force."""
    mapping = _in_force(context) if release is None else load_mapping(release)
    if json:
        shown = {"release": mapping.release, "sha256": mapping.sha256, "text": mapping.text}
        print_document(shown)
    else:
        sys.stdout.write(mapping.text)
    return DONE


def _in_force(context: Context) -> PlatformMapping:
    settings = load(context, need_secrets=False)
    if settings.platform.release != "auto":
        return load_mapping(settings.platform.release)
    with open_for_looking(load(context)) as wired:
        return wired.connection.mapping
