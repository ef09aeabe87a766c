"""Cases of rules in a JSON-lines file, put to the public functions: `input` is read, asked, and the answer held against `expected`.

Nothing here knows an answer: it turns words of the rule sheet into arguments and typed answers into comparisons.
"""
