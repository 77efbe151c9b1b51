"""A simulated Splynx: ledger, billing engine, HTTP API, virtual clock, faults and an auditor."""
