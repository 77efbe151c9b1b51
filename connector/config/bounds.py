"""The section of the configuration file that says how much may happen without a person."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from connector.config.section import Section
from connector.config.values import Exact, Whole


class BoundsSettings(Section):
    """How much may happen without a person; a plan that goes beyond waits for approval.

    Judged once, when a plan is recorded. A day is a calendar day of the platform, counted from the
    journal. What a person approved counts for no bound.
    """

    first_run_approval: bool = Field(
        default=True, description="The first run that would write waits for approval."
    )
    families_per_run: Whole = Field(
        1000,
        ge=0,
        le=1_000_000,
        description=(
            "Most families that may be merged in one run; as many again may be released, and as"
            " many suspended."
        ),
    )
    families_per_day: Whole = Field(
        2000,
        ge=0,
        le=1_000_000,
        description="The same in one calendar day of Splynx, over all runs and restarts.",
    )
    documents_per_run: Whole = Field(
        10_000,
        ge=0,
        le=10_000_000,
        description="Most invoices and credit notes that the plans of one run may make.",
    )
    documents_per_day: Whole = Field(
        20_000,
        ge=0,
        le=10_000_000,
        description="The same in one calendar day of Splynx, over all runs and restarts.",
    )
    amount_per_run: Exact | None = Field(
        None,
        ge=0,
        description="Highest sum of merged invoices in one run, in quotes; no limit unless set.",
        examples=["50000.00"],
        json_schema_extra={"expects": 'an amount in quotes, such as "50000.00"'},
    )
    amount_per_day: Exact | None = Field(
        None,
        ge=0,
        description="The same in one calendar day of Splynx, over all runs and restarts.",
        examples=["100000.00"],
        json_schema_extra={"expects": 'an amount in quotes, such as "100000.00"'},
    )
    growth_percent: Whole = Field(
        20,
        ge=0,
        le=100_000,
        description=(
            "A merge waits if the sum of all merges of cycles that begin in the same calendar month"
            " would, with it, be by so much higher than that of cycles that began in the month"
            " before. Compared are the totals of merged invoices of all families; plans that wait,"
            " were withdrawn or undone are left out, and so is a month before which nothing was"
            " merged."
        ),
    )
    growth_floor: Exact = Field(
        Decimal(1000),
        ge=0,
        description="A sum that is higher by no more than this amount never waits for its growth.",
        json_schema_extra={"expects": "an amount, such as 1000"},
    )
    vanish_percent: Whole = Field(
        10,
        ge=1,
        le=100,
        description="If more accounts or links vanish between two looks, writing stops.",
    )
