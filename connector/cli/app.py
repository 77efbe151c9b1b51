"""The commands by name, each loaded only when it is used, and the way from words to an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from connector.cli.common import Context
from connector.cli.endings import USAGE, ending, flush, say
from connector.cli.rendering import for_errors, for_help

NAME = "linked-accounts"
DISTRIBUTION = "splynx-linked-accounts"

COMMANDS = {
    "run": ("run:run", "Run as a service: look for changes and act on them until told to stop."),
    "sync": ("sync:sync", "Do all that is due now, once, and say what is left."),
    "plan": ("plan:plan", "Show what the next turn would do; write nothing."),
    "status": ("status:status", "Show what stands open, and what is wrong."),
    "audit": ("audit:audit", "Look whether everything that was done is as it must be."),
    "history": ("history:history", "Show what happened, latest first."),
    "approve": ("requests:approve", "Approve a plan that waits, or all of them."),
    "parked": ("parked:parked", "Show families and steps that wait for a person, and why."),
    "retry": ("requests:retry", "Try a held step again, or let a parked family go on."),
    "cancel": ("requests:cancel", "Give a held step up."),
    "undo": ("undo:undo", "Take a merge back that nobody has paid, or show how by hand."),
    "freeze": ("requests:freeze", "Write nothing to Splynx until `unfreeze`."),
    "unfreeze": ("requests:unfreeze", "Allow writing again."),
    "doctor": ("doctor:doctor", "Check settings, store, connection, permissions and clocks."),
    "rehearse": (
        "rehearse:rehearse_month",
        "Play a month on a copy of the real Splynx, which is only read.",
    ),
    "backup": ("backup:backup", "Copy the store to a file, also while the service runs."),
    "restore": ("backup:restore", "Put a backup in the store's place, in recovery mode."),
    "rebuild": (
        "rebuild:rebuild_journal",
        "Read a lost or old journal back from the marks in Splynx.",
    ),
    "lost-interval": (
        "lost_interval:lost_interval",
        "Show what is gone since Splynx was restored from a backup.",
    ),
    "sandbox": ("sandbox:sandbox", "Serve a simulated Splynx; needs no configuration."),
    "demo": ("showcase:demo", "Show a billing month of some families on a simulated Splynx."),
}
LINKS = {
    "import": ("links_import:import_file", "Make the links of a CSV file: main_id,sub_id,mode."),
    "list": ("links_list:list_links", "Show the links that are valid on a day."),
    "export": ("links_list:export", "Write the links of today as CSV: main_id,sub_id,mode."),
    "add": ("links:add", "Link a sub-account to a main account, or switch its mode."),
    "remove": ("links:remove", "End the link of a sub-account today."),
}
CONFIG = {
    "init": ("config:init", "Write a commented example; never over an existing file."),
    "validate": ("config:validate", "Check the configuration; tell every problem at once."),
    "show": ("config:show", "Show every setting in force; secrets are masked."),
}
JOURNAL = {
    "verify": ("journal:verify", "Walk the journal from its first row: is it as it was written?"),
}
MAPPINGS = {
    "show": ("mappings:show", "Print the mapping in force, or the one of a release."),
}


def _version() -> str:
    try:
        return f"{NAME} {version(DISTRIBUTION)}"
    except PackageNotFoundError:
        return f"{NAME} (not installed)"


def _named(app: App, commands: dict[str, tuple[str, str]]) -> App:
    for name, (place, about) in commands.items():
        app.command(f"connector.cli.{place}", name=name, help=about)
    return app


app = App(
    name=NAME,
    help="Main and sub-accounts on Splynx: one merged invoice, one payment, everybody online.",
    version=_version,
    help_format="plaintext",
    default_parameter=Parameter(negative=()),
)
_named(app, COMMANDS)
app.command(_named(App(name="links", help="Make, end and show links."), LINKS))
app.command(_named(App(name="config", help="Write, check and show the configuration."), CONFIG))
app.command(_named(App(name="journal", help="The record of every write."), JOURNAL))
app.command(_named(App(name="mappings", help="What the platform calls things."), MAPPINGS))


@app.meta.default
def _launch(
    *words: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    config: Annotated[
        Path | None,
        Parameter(
            name=["--config", "-c"],
            help="Configuration file; else $LINKED_ACCOUNTS_CONFIG.",
        ),
    ] = None,
    verbose: Annotated[
        bool,
        Parameter(name=["--verbose", "-v"], help="Log to standard error.", show_default=False),
    ] = False,
) -> int:
    """Find the command, hand it the options that all have in common, and run it."""
    command, bound, injected = app.parse_args(words, exit_on_error=False, print_error=False)
    if command == app.help_print:  # a wanted help page was printed before we came here
        app.meta.help_print(words, console=for_errors())
        say(f"name a command, for example `{NAME} status`")
        return USAGE
    if "context" in injected:
        bound.arguments["context"] = Context(config=config, verbose=verbose)
    return int(command(*bound.args, **bound.kwargs) or 0)


app.meta.suppress_keyboard_interrupt = False  # its exit code is ours to give


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line, without the program's name; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    with ending() as end:
        end.code = _parsed(words)
        flush()
    return end.code


def _parsed(words: list[str]) -> int:
    try:
        code = app.meta(
            words,
            console=for_help(),
            error_console=for_errors(),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except CycloptsError as wrong:
        say(f"{wrong}; see `{NAME} --help`")
        return USAGE
    return int(code or 0)
