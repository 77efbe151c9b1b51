"""The simulator: the real connector against the sandbox, on virtual time, under seeded chance."""
