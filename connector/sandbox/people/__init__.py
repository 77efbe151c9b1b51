"""People at work on the platform while a connector runs: staff, and customers who pay."""
