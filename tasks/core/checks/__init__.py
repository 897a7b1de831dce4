"""Looking at a deployment: proof, checkup, diagnosis, overview."""
