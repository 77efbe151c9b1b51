"""The command line: thin commands; every rule, and all work, is elsewhere."""
