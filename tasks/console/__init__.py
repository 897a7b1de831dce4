"""What the operator reads: lines, tables, questions, errors."""
