"""Tests of the systemd unit."""
