"""The auditor's parts: a second reading of the journal, as plain text, that shares no code with what wrote it."""
