"""jixiao (绩效): department workbooks in, one scored and traceable workbook out."""

__version__ = "0.1.0"
