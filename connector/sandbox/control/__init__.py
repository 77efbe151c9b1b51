"""The control API: moving the clock, acting as staff or customers, ordering faults, auditing."""
