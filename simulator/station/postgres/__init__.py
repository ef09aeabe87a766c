"""The station's journal in PostgreSQL. Nothing of it is imported unless a database is asked for."""
