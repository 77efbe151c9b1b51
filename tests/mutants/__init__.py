"""Planted bugs: each in a copy of the connector, each to be caught by the simulator."""
