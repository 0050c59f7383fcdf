"""Drafting: a county's printed indicator table → a scheme to be finished by hand."""
