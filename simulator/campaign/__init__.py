"""Campaigns: many runs of the simulated machine, judged by the auditor; exhaustive sets first, random days second."""
