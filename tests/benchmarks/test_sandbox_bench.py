"""The sandbox's benchmark does what its table says."""

from benchmarks.sandbox import measure


def test_a_small_world_is_seeded_charged_twice_and_read() -> None:
    """Sizes are as asked for, and nothing was free."""
    found = measure(400)
    assert found.customers == 400
    assert found.invoices >= 800
    assert min(found.reads_per_second, found.list_milliseconds, found.peak_gib) > 0
