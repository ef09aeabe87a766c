"""Synthetic passengers: they see screen values and what lies in the openings, touch targets, insert notes, take things.

They know nothing of the controller's inside; what they saw, gave and got is their own account of a visit.
"""
