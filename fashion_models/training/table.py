"""The article's table: global accuracy and that of each task."""

TITLES = {
    'gender': 'Gender', 'colour': 'Color', 'type': 'Type', 'category': 'Category',
    'subcategory': 'Subcategory'}
ARTICLE = {
    'gender': 0.886, 'colour': 0.675, 'type': 0.947, 'category': 0.661, 'subcategory': 0.485}


def accuracy_table(rows, tasks):
    """Rows of accuracies under the article's headings, as plain text.

    Args:
        rows (dict): From each row's title to its accuracies in the order of ``tasks``; the first
            column, the article's "Multi-task", is their mean.
        tasks (sequence of str): Headings.
    """
    headings = ['Multi-task', *(f'{TITLES[task]:>5}' for task in tasks)]  # as wide as 0.123
    margin = max(map(len, rows))
    lines = [' ' * margin + ''.join(f'  {heading}' for heading in headings)]
    for title, accuracies in rows.items():
        cells = (
            f'  {_number(value):>{len(heading)}}'
            for value, heading in zip(with_mean(accuracies), headings))
        lines.append(f'{title:{margin}}' + ''.join(cells))
    return '\n'.join(lines)


def with_mean(accuracies):
    """Accuracies of tasks after their mean, the article's "Multi-task"; nan is left out of it."""
    accuracies = list(accuracies)
    known = [value for value in accuracies if value == value]
    return [sum(known) / len(known) if known else float('nan'), *accuracies]


def _number(value):
    return f'{value:.3f}' if value == value else '-'
