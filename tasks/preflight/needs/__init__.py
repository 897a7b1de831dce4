"""What a rollback, a restore and their undo will need of a host: each thing judged once, with its cure."""
