"""What the service says about itself: log events, alerts, and messages to the service manager."""
