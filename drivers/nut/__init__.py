"""A UPS behind the server of the Network UPS Tools, whatever the unit itself speaks (ups sheet, section 3)."""
