"""Official paper: what is printed, stamped, and checked by its code."""
