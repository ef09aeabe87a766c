"""What each call answers when all is well, as strict models: for the OpenAPI file, and for the tests that hold answers to it."""
