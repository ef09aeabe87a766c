"""The vocabulary: one file per kind of device, a Protocol and the facts it may report. Standard library only."""
