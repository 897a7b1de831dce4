"""From a commit to the revisions of the schema, and what the way there costs."""
