"""The double-entry ledger: documents post transactions, transactions move balances.

Held at all times: deposit = credits - debits, and due = total - relations.
"""
