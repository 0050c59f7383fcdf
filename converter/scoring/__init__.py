"""Facts → scores: the arithmetic, the schemes, the scoring forms, the checks."""
