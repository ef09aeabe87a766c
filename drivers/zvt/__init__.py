"""A certified card terminal over ZVT: cards, PINs and the bank are its own affair; the machine learns amounts and receipts."""
