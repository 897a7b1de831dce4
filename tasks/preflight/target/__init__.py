"""What a commit means: which one, its images, and what has to stop and start for it."""
