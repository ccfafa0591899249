"""What a product is on disk: records, tasks, taxonomy; import, check, show, merge, relabel."""
