"""One module per screen or family: pure functions from a `Look` (state and language) to a screen value."""
