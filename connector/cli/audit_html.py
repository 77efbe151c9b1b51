"""The audit as one page for the browser: nothing is loaded from elsewhere, and nothing runs in it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from connector.cli.audit_text import COLUMNS, NUMBERS, by_rule, cells, summary
from connector.cli.rendering import moment, plain
from connector.runtime.audit import AuditReport
from connector.saga.audit.rules import Gravity, Rule

COLOURS = {Gravity.GRAVE: "#b3261e", Gravity.LOOK: "#b26a00", Gravity.NOTE: "#5f6368"}
WIDEST = 100
"""Width of the longest bar, in percent."""

POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; color: #202124 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ddd }
td.number, th.number { text-align: right; white-space: nowrap }
.bar { height: .8rem; border-radius: 2px } .summary td:first-child { font-weight: 600; width: 14rem }
.verdict { font-size: 1.15rem } small { color: #5f6368; font-weight: 400 }
"""


def as_page(found: AuditReport) -> str:
    """The whole page."""
    title = f"Audit of {moment(found.ended_at)}"
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            POLICY,
            f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            f'<p class="verdict">{escape(_verdict(found))}</p>',
            *_summary(found),
            *_chart(found),
            *_tables(found),
            "</body></html>\n",
        ]
    )


def _verdict(found: AuditReport) -> str:
    looked = f"{found.families} families, {found.documents} documents"
    if not found.wrong:
        return f"{looked}: nothing is wrong."
    return f"{looked}: {found.wrong} findings, {found.grave} of them grave."


def _summary(found: AuditReport) -> Iterator[str]:
    yield '<table class="summary">'
    for name, value in summary(found):
        yield f"<tr><td>{escape(name)}</td><td>{escape(plain(value))}</td></tr>"
    yield "</table>"


def _chart(found: AuditReport) -> Iterator[str]:
    """A bar for each broken rule, as long as it is often broken."""
    if not found.counts:
        return
    most = max(found.counts.values())
    yield "<h2>How often</h2><table>"
    for rule, _ in by_rule(found):
        count = found.counts[rule]
        width = max(count * WIDEST // most, 1)
        yield (
            f'<tr><td style="width:22rem"><a href="#{rule}">{escape(rule.heading)}</a></td>'
            f'<td class="number" style="width:4rem">{count}</td>'
            f'<td><div class="bar" style="width:{width}%;background:{COLOURS[rule.gravity]}">'
            "</div></td></tr>"
        )
    yield "</table>"


def _tables(found: AuditReport) -> Iterator[str]:
    for rule, findings in by_rule(found):
        yield _heading(rule, found.counts[rule])
        yield "<table><tr>" + "".join(_cell(name, name, "th") for name in COLUMNS) + "</tr>"
        for finding in findings:
            row = zip(COLUMNS, cells(finding), strict=True)
            yield "<tr>" + "".join(_cell(name, value, "td") for name, value in row) + "</tr>"
        yield "</table>"
        if len(findings) < found.counts[rule]:
            yield f"<p>and {found.counts[rule] - len(findings)} more</p>"


def _heading(rule: Rule, count: int) -> str:
    colour = COLOURS[rule.gravity]
    return (
        f'<h2 id="{rule}" style="color:{colour}">{escape(rule.heading)} ({count}) '
        f"<small>{rule}, {rule.law}, {rule.gravity}</small></h2>"
    )


def _cell(column: str, value: object, kind: str) -> str:
    is_number = ' class="number"' if column in NUMBERS else ""
    return f"<{kind}{is_number}>{escape(plain(value))}</{kind}>"
