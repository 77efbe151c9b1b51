"""Tests of the texts: what they name exists, and what exists is named."""
