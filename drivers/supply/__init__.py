"""What every UPS driver believes of the power, whatever its unit speaks."""
