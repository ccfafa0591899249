"""What a trained encoder is good for: embed, search, duplicates, ordering, tags, audit, export."""
