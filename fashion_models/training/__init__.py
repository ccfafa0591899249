"""Training: recipe, master and replicas, learning rate by hand, evaluation, run folder."""
