"""A simulated network camera: small real pictures with time and place."""
