"""What should be so: accounts, invoices, links, and the decisions on them. Pure."""
