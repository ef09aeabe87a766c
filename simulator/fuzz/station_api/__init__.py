"""`./tvm fuzz station-api`: the station's calls against its own OpenAPI file, by schemathesis, in one process."""
