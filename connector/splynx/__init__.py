"""Splynx REST API 2.0: the one package that talks to the platform."""

from connector.splynx.connection import SplynxConnection
from connector.splynx.doctor import PermissionProbe
from connector.splynx.options import PlatformOptions
from connector.splynx.platform import SplynxPlatform
from connector.splynx.writer import SplynxWriter

__all__ = [
    "PermissionProbe",
    "PlatformOptions",
    "SplynxConnection",
    "SplynxPlatform",
    "SplynxWriter",
]
