"""Mutated answers of the platform: no error but ours, nothing altered in silence, no write on them."""
