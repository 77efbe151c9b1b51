"""The simulated REST API 2.0: requests in, answers out, without a socket."""
