import os

from PIL import Image

from fashion_models.experiments.drawing.label_lists import draw_lists


def test_a_picture_takes_the_place_of_a_link_and_leaves_what_that_leads_to(tmp_path):
    (tmp_path / 'mine').write_text('mine')
    os.symlink('mine', tmp_path / 'lists.png')
    draw_lists(tmp_path / 'lists.png', {
        'colour': {'wrong': 2, 'labels': 10, 'found_after': [1, 4]},
        'type': {'wrong': 0, 'labels': 10, 'found_after': []}})
    with Image.open(tmp_path / 'lists.png') as image:
        assert image.format == 'PNG'
    assert (tmp_path / 'mine').read_text() == 'mine'
    assert sorted(os.listdir(tmp_path)) == ['lists.png', 'mine']
