"""Identities: one type each, so that a customer number is never taken for an invoice number."""

from __future__ import annotations

from typing import NewType

AccountId = NewType("AccountId", int)
"""Number of an account (the platform's customer id)."""

InvoiceId = NewType("InvoiceId", int)
"""Number of an invoice record; not the printed document number."""

CreditNoteId = NewType("CreditNoteId", int)
"""Number of a credit note record."""

PlanId = NewType("PlanId", str)
"""Name of a plan and of the operation it becomes: 20 characters of base 32."""
