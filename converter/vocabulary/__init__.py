"""The words every room uses: findings and exit codes, numbers and their states, labels."""
