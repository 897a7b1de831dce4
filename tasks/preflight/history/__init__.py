"""What is known of earlier releases: the ledger, and the commits that were deployed."""
