from fashion_models.catalogue.io import open_catalogue
from fashion_models.experiments.kit.estimate import training_seconds


def test_time_grows_with_the_epochs(tiny, toy_catalogue):
    catalogue = open_catalogue(toy_catalogue)
    short = training_seconds(tiny.replace(training__epochs=1), catalogue)
    long = training_seconds(tiny.replace(training__epochs=1000), catalogue)
    assert 0 < 20 * short < long
