"""What people look at. Every value is escaped on its way into HTML; no inline script or style."""
