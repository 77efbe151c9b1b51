"""Resources without rules of their own, declared as tables: tariffs, staff, tickets, settings."""
