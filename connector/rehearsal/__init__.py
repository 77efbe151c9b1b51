"""A month on a copy: what would have happened, without a write to the real platform."""
