"""From the image store to examples to batches in which every product has n images."""
