"""Changes of the service while the station runs: what the office drafts, whom it touches, and what it does when it is released."""
