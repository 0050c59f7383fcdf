"""Answering for the numbers: explain a score, compare two outputs, recalculate the books."""
