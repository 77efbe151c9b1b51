"""Hooks: telling listeners over HTTP what happened, signed, with retries, at times twice."""
