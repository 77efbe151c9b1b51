"""How we get there safely: steps, their states, and what may follow a doubt. Pure."""
