"""What the service layer meets outside, in small: a platform, two clocks, ears, and sudden death."""
