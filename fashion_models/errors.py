"""The one exception whose text is meant for the person at the keyboard."""


class UserError(Exception):
    """Something the user can put right, said in one line.

    The line names the file, the product or the option, what was found and what was expected. The
    command line prints it and exits with status 2.
    """


class UnsuitableCatalogue(UserError):
    """The catalogue lacks what is asked of it, such as texts, or products of a split.

    No other argument would help: ``python -m fashion_models.experiments`` lists an experiment that
    raises it as not possible, and not as failed.
    """


def one_line(error: BaseException) -> str:
    """What an error of a library says, in a line; its kind if it says nothing."""
    return ' '.join(str(error).split()) or type(error).__name__


def system_text(error: OSError) -> str:
    """What the system says, in a line, after the file that it is about."""
    reason = str(error.strerror or error)
    return reason if error.filename is None else f'{error.filename}: {reason}'
