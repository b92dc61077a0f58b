"""What the inbox tells the support desk: what waits, what failed, and how late things are."""
