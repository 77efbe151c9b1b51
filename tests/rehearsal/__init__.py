"""The rehearsal against a sandbox that plays the real platform."""
