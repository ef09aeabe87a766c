"""The chip's side of a card payment: the port of a payment kernel, and a reference kernel that nobody has certified."""
