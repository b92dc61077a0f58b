"""Product catalogs: what is in them, how it comes there, what Meta's review says, and what of it may be sent."""
