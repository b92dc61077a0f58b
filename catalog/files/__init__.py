"""Files of products, as people have them: read in whatever form they come, and written so that they come back the same.

Nothing here knows workspaces or rows of the database.
"""


class Unreadable(ValueError):
    """The file as a whole cannot be taken; its text says why and what to do, for whoever chose it."""
