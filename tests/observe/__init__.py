"""Tests of logging, alerts and the service manager's messages."""
