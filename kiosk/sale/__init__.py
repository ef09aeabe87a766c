"""A sale: what it knows (`book`), where it may go (`table`), what it asks for (`intents`), and how change is found (`change`)."""
