"""A station that sells is killed again and again, or its database is; then a second reader judges what it remembers."""
