"""Cards with chip and PIN behind the payment port: reader, PIN pad, kernel and the bank's host work together here."""
