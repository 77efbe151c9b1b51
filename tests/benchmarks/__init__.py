"""The measurements run; what they find is for people to read."""
