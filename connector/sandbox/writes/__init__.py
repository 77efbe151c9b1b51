"""What callers may create, change and delete, under the platform's rules.

The REST API and the staff (through the control API) go through the same functions.
"""
