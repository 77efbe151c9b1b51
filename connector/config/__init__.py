"""Configuration: file, environment and credentials become frozen settings, or one list of problems."""

from connector.config.example import example_toml
from connector.config.loading import load_settings
from connector.config.settings import Settings
from connector.config.sources import DEFAULT_PATH

__all__ = ["DEFAULT_PATH", "Settings", "example_toml", "load_settings"]
