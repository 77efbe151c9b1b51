"""Splynx linked accounts."""
