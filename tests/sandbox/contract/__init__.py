"""The platform's public API as data, and a walk through all of it."""
