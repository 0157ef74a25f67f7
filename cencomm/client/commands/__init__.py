"""What a person types: one module for each noun of the command line."""
