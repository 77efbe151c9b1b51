"""Real processes under real SIGKILL: a sandbox, daemons that die, month after month."""
