"""The code on the host: commits, the branch, trees beside the checkout."""
