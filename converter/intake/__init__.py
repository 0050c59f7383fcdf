"""Folders → files → cells with Excel's own addresses."""
