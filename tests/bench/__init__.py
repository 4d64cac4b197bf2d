"""`make bench`: the time of each page of the demonstration, and speeds beside their bare limits in the same run."""
