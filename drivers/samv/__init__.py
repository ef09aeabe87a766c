"""Readers of second-generation identity cards that hold a SAM-V module."""
