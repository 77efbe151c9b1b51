"""One file for each change of the tables; a released one is never edited."""
