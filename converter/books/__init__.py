"""Scores → workbooks and CSV files, and reading them back."""
