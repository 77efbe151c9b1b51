"""How rows look on the wire: the attributes of each resource and one codec per release."""
