"""Laws that hold for every family, text and history."""
