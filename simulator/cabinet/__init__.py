"""The cabinet process: every twin of one machine, their shared matter and ptys, the hands that reach in, the lab's API."""
