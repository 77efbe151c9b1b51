"""What the texts show in figures is what the code does."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from connector.cli.demo import run_demo
from connector.domain.invoices import total_of
from connector.domain.merge import plan_merge
from connector.domain.policy import MergePolicy
from tests.build import account, family, invoice
from tests.docs.pages import page

NETS = ("30.00", "10.00", "20.00", "33.33")


def test_the_example_of_112_is_computed_so() -> None:
    """Every row of the table, and the merged one."""
    rows = re.findall(
        r"(?m)^\| [\w -]+ \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$",
        page("docs/money.md").text,
    )
    sources = tuple(invoice(n, n, f"{net}@20") for n, net in enumerate(NETS, start=1))
    found = family(subs=[account(n) for n in (2, 3, 4)], invoices=sources)
    (plan,) = plan_merge(found, MergePolicy()).plans
    documents = [inv.items for inv in sources] + [plan.items]
    expected = [
        (sum(item.net for item in items), sum(item.tax for item in items), total_of(items))
        for items in documents
    ]
    told = [tuple(Decimal(cell) for cell in row) for row in rows]
    assert [(net, tax, total) for net, tax, _, total in told] == expected
    assert [exact for _, _, exact, _ in told] == [net + tax for net, tax, _ in expected]


def test_the_cent_is_computed_so() -> None:
    """119.988 is 119.99 on one document, and a line of 0.01 makes it 120.00."""
    sources = tuple(invoice(n, n, "33.33@20") for n in (2, 3, 4))
    found = family(subs=[account(n) for n in (2, 3, 4)], invoices=sources)
    (plan,) = plan_merge(found, MergePolicy()).plans
    assert (total_of(plan.items[:-1]), plan.items[-1].price, plan.total) == (
        Decimal("119.99"),
        Decimal("0.01"),
        Decimal("120.00"),
    )


def test_there_is_one_diagram() -> None:
    """The README has exactly one picture, and its commands are two."""
    readme = page("README.md")
    assert len(readme.fenced("mermaid")) == 1
    assert readme.fenced("console")[0].splitlines() == ["$ make demo", "$ make test"]


@pytest.mark.slow
def test_the_readme_shows_what_the_demo_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """Line by line, but for blanks at the ends."""
    assert run_demo(families=6, serve=False, seed=1) == 0
    printed = capsys.readouterr().out
    (shown,) = page("README.md").fenced("text")
    assert [line.rstrip() for line in printed.splitlines()] == shown.splitlines()
