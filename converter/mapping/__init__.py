"""Cells → facts: strict YAML, the data dictionary, forms, and who a workbook belongs to."""
