"""The bank host behind card payment, for the lab: speaks the messages of the ISO 8583 sheet and keeps a ledger."""
