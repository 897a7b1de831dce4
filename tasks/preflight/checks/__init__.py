"""Whether a deployment is well: each fact judged once, for proof, verify, status and diagnose."""
