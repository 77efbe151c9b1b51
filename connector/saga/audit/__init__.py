"""The audit: what must hold of platform and journal at rest, family by family. Pure."""
