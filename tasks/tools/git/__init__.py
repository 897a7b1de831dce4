"""git: commits, the branch, trees beside the checkout."""
