"""The auditor: what each family should owe, derived from causes, against what the tables show."""
