import os

from PIL import Image

from fashion_models.experiments.drawing.precision_recall import draw_curves


def test_a_picture_takes_the_place_of_a_link_and_leaves_what_that_leads_to(tmp_path):
    (tmp_path / 'mine').write_text('mine')
    os.symlink('mine', tmp_path / 'curves.png')
    curve = {'recall': [0, 0.5, 1], 'precision': [1, 1, 0.5]}
    draw_curves({('pictures', 'all'): [
        {'curve': curve, 'operating_point': {'recall': 0.5, 'precision': 1}}],
        ('texts', 'all'): [{'curve': curve, 'operating_point': None}]}, tmp_path / 'curves.png')
    with Image.open(tmp_path / 'curves.png') as image:
        assert image.format == 'PNG'
    assert (tmp_path / 'mine').read_text() == 'mine'
    assert sorted(os.listdir(tmp_path)) == ['curves.png', 'mine']
