"""What a task is: one label of a product to predict."""

TASKS = ('gender', 'colour', 'type', 'category', 'subcategory')

#: The tasks that form the taxonomy, from the widest to the narrowest.
LEVELS = ('type', 'category', 'subcategory')
