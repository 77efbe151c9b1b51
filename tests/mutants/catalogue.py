"""All planted bugs, by what they are about."""

from __future__ import annotations

from tests.mutants import cascading, doubting, merging, planning, sending, watching

MUTANTS = (
    *sending.MUTANTS,
    *doubting.MUTANTS,
    *merging.MUTANTS,
    *planning.MUTANTS,
    *cascading.MUTANTS,
    *watching.MUTANTS,
)
