"""What we need from outside, as protocols; the adapters and the fakes obey them."""
