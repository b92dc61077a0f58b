"""Graph, as far as Galantis needs it. One module for each noun; `endpoint.py` is the door."""
