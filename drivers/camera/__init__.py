"""Cameras on the network that answer a request with a picture."""
