"""Our own store in SQL: the journal, the link map, the agenda; the only importer of SQLAlchemy."""
