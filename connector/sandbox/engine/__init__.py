"""The platform's own daily rounds, driven by the virtual clock."""
