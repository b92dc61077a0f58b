"""The measured promises. Each prints its figure, a reference of the same run, and the ratio of the two."""
