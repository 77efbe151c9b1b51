"""The store, tried on real SQLite files."""
