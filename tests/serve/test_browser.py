"""The pages in a browser: each one's main path, wide and narrow, by mouse and by keyboard.

The browser is Debian's Chromium, which playwright drives. With FASHION_MODELS_SCREENSHOTS=FOLDER
the tests leave screenshots there, to be looked at.
"""

import contextlib
import csv
import io
import json
import os
import pathlib
import re
import threading
import time

import pytest
import uvicorn
from PIL import Image

from fashion_models.catalogue.journal import Journal
from fashion_models.serve.app import create_app, listen
from fashion_models.serve.workbench import Workbench

CHROMIUM = pathlib.Path('/usr/bin/chromium')
#: Of the npm package axe-core, in the checkout.
AXE = pathlib.Path(__file__).resolve().parents[2] / 'node_modules/axe-core/axe.min.js'
#: Where screenshots go, to be looked at; nowhere if it is not set.
SCREENSHOTS = os.environ.get('FASHION_MODELS_SCREENSHOTS')
WIDTHS = {1280: 860, 390: 844}
#: Without some of these, Chromium looks for other hosts at its start.
_FLAGS = ('--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
          '--disable-background-networking', '--disable-component-update', '--disable-sync')


@contextlib.contextmanager
def chromium():
    """A browser; the test is skipped where there is none."""
    playwright = pytest.importorskip('playwright.sync_api', reason='needs playwright')
    if not CHROMIUM.exists():
        pytest.skip(f'needs Chromium, and there is no {CHROMIUM} (Debian: apt install chromium)')
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def server(bench):
    """Serves a workbench on a free port; yields its address."""
    listening = listen('127.0.0.1', 0)
    running = uvicorn.Server(uvicorn.Config(
        create_app(bench), log_level='error', timeout_graceful_shutdown=1))
    thread = threading.Thread(target=running.run, kwargs={'sockets': [listening]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f'http://127.0.0.1:{listening.getsockname()[1]}'
    running.should_exit = True
    thread.join(10)


@contextlib.contextmanager
def tab(browser, width=1280, **options):
    """A page of a width; at its end nothing has been written to the console."""
    context = browser.new_context(
        viewport={'width': width, 'height': WIDTHS[width]}, reduced_motion='reduce', **options)
    page = context.new_page()
    page.set_default_timeout(60_000)
    said = []
    page.on('console', lambda message: said.append(message.text))
    page.on('pageerror', lambda error: said.append(str(error)))
    page.on('dialog', lambda dialog: said.append(dialog.message))
    yield page
    context.close()
    # What a refused request leaves there is the browser's own.
    assert [text for text in said if 'status of 4' not in text] == []


def shoot(page, name):
    """A screenshot, where they are wanted; nothing sticks out of the page."""
    assert page.evaluate(
        'document.documentElement.scrollWidth <= document.documentElement.clientWidth')
    if SCREENSHOTS:
        page.wait_for_load_state('networkidle')
        width = page.viewport_size['width']
        page.screenshot(path=pathlib.Path(SCREENSHOTS) / f'{name}-{width}.png')


pytestmark = pytest.mark.timeout(900)
narrow_and_wide = pytest.mark.parametrize('width', WIDTHS)


@pytest.fixture(scope='module')
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def bench(shop, tmp_path):
    """A workbench with the colours of ten products in doubt."""
    review = tmp_path / 'review.csv'
    with open(review, 'w', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(['product', 'task', 'label', 'suggested', 'p_label', 'p_suggested'])
        for row in range(10):
            label = shop.item(row).labels['colour']
            other = {'red': 'green', 'green': 'blue', 'blue': 'red'}[label]
            writer.writerow([shop.item(row).id, 'colour', label, other, row / 10, 0.9])
    return Workbench(shop, review=review, journal=tmp_path / 'journal.jsonl',
                     lists=tmp_path / 'lists.csv')


@pytest.fixture
def address(bench):
    with server(bench) as address:
        yield address


def decisions(bench):
    return Journal(bench.decisions.journal.path).state()


def count(page, text):
    page.locator('#count').get_by_text(text, exact=True).wait_for()


@narrow_and_wide
def test_products(browser, address, shop, width):
    discs = sum(item.labels['type'] == 'disc' for item in shop.embeddings.items)
    red = sum(item.title == 'red disc' for item in shop.embeddings.items)
    with tab(browser, width) as page:
        page.goto(address)
        count(page, '80 found')
        page.locator('.tile img').first.wait_for()
        shoot(page, 'products')
        if width < 800:
            page.get_by_text('Filters').click()
        page.locator('input[value="type=disc"]').check()
        count(page, f'{discs} found')
        assert 'where=type%3Ddisc' in page.url
        page.get_by_role('searchbox').fill('red')
        count(page, f'{red} found')
        assert 'q=red' in page.url
        # The address is the state: a colleague sees the same.
        with tab(browser, width) as other:
            other.goto(page.url)
            count(other, f'{red} found')
            assert other.get_by_role('searchbox').input_value() == 'red'
        page.locator('.tile a').nth(1).click()
        page.get_by_text(f'2 of {red}').wait_for()
        page.get_by_role('heading', name='What the network sees').wait_for()
        page.get_by_role('heading', name='Share of each colour').wait_for()
        shoot(page, 'product')
        page.go_back()
        count(page, f'{red} found')
        page.go_back()
        count(page, f'{discs} found')


def test_only_what_is_in_sight_is_there(browser, address):
    with tab(browser) as page:
        page.goto(address)
        count(page, '80 found')
        assert page.locator('.tile').count() < 60
        page.evaluate('scrollTo(0, document.body.scrollHeight)')
        page.locator('.tile[data-id="79"] img').wait_for()
        assert page.locator('.tile[data-id="20"]').count() == 0
        assert page.locator('.tile[data-id="79"]').get_attribute('aria-posinset') == '80'


def test_products_by_keyboard_alone(browser, address):
    with tab(browser) as page:
        page.goto(address)
        count(page, '80 found')
        page.keyboard.press('/')
        page.keyboard.type('bar')
        page.wait_for_url('**q=bar')
        page.locator('.tile img').first.wait_for()
        page.keyboard.press('Tab')      # to "Search by picture"
        page.keyboard.press('Escape')
        page.evaluate('document.activeElement.blur()')
        page.keyboard.press('ArrowDown')
        first = page.evaluate('document.activeElement.closest(".tile").dataset.index')
        page.keyboard.press('ArrowRight')
        page.keyboard.press('ArrowDown')
        page.keyboard.press('ArrowUp')
        assert first == '0'
        assert page.evaluate('document.activeElement.closest(".tile").dataset.index') == '1'
        page.keyboard.press('l')
        page.get_by_role('status').get_by_text('Liked; 1 in all').wait_for()
        page.keyboard.press('Enter')
        page.wait_for_url('**/product?**')
        page.keyboard.press('j')
        page.get_by_text(re.compile('^3 of')).wait_for()
        page.wait_for_load_state()
        page.keyboard.press('u')
        page.wait_for_url(lambda url: url.endswith('/?q=bar'))
        page.keyboard.press('?')
        page.get_by_role('heading', name='Keyboard').wait_for()


def focused(page):
    """The number of the product in focus, from 0; None if there is none."""
    return page.evaluate("""(() => {
        const tile = document.activeElement.closest('.tile');
        return tile && [...tile.parentElement.children].indexOf(tile);
    })()""")


@pytest.mark.parametrize('key', ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'])
@pytest.mark.parametrize('path', ['/', '/order'])
def test_the_first_arrow_leads_to_the_first_product(browser, address, path, key):
    with tab(browser) as page:
        page.goto(address + path)
        page.locator('.tile img').first.wait_for()
        assert focused(page) is None
        page.keyboard.press(key)
        assert focused(page) == 0
        page.keyboard.press('ArrowRight')
        assert focused(page) == 1


def test_the_arrow_down_leads_from_a_search_to_what_it_found(browser, address):
    with tab(browser) as page:
        page.goto(address)
        count(page, '80 found')
        page.keyboard.press('/')
        page.keyboard.type('bar')
        page.keyboard.press('Enter')
        page.keyboard.press('ArrowDown')        # before there is an answer
        page.locator('.tile:first-child a:focus', has_text='bar').wait_for()
        page.keyboard.press('/')
        page.keyboard.press('Control+a')
        page.keyboard.type('disc')
        page.keyboard.press('ArrowDown')        # without Enter, which it does not need
        page.locator('.tile:first-child a:focus', has_text='disc').wait_for()


def test_an_order_by_keyboard_alone(browser, address):
    with tab(browser) as page:
        page.goto(f'{address}/order')
        page.locator('.tile img').first.wait_for()
        for _ in range(3):
            page.keyboard.press('ArrowRight')
        liked = page.locator('.tile').nth(2).get_attribute('data-id')
        page.keyboard.press('l')
        page.get_by_text('In order for 1 liked').wait_for()
        assert f'liked={liked}' in page.url
        assert focused(page) == 2       # another product, from which one goes on
        page.keyboard.press('x')
        page.get_by_text('In order for 1 liked and 1 disliked').wait_for()


def test_what_others_add_to_an_address_does_no_harm(browser, address):
    with tab(browser) as page:
        page.goto(f'{address}/?where=type%3Ddisc&utm_source=mail')
        page.locator('.chip').wait_for()
        page.locator('.tile img').first.wait_for()


def test_an_address_that_is_of_no_use_any_more_says_why(browser, address):
    with tab(browser) as page:
        page.goto(f'{address}/?picture=forgotten')
        page.locator('#empty').get_by_text('no longer remembered').wait_for()
        page.get_by_role('button', name='Show all').click()
        count(page, '80 found')
        assert page.locator('#empty').is_hidden()
        page.goto(f'{address}/?q=nothing+like+this')
        page.locator('#empty').get_by_text('No product fits.').wait_for()


@narrow_and_wide
def test_search_by_picture(browser, address, shop, width, tmp_path):
    item = next(item for item in shop.embeddings.items if len(item.images) == 1)
    file = shop.image_file(item, 0)
    with tab(browser, width) as page:
        page.goto(address)
        count(page, '80 found')
        page.get_by_role('button', name='Search by picture').click()
        page.locator('#files').set_input_files(file)
        box = page.locator('.cropper')
        box.focus()
        page.keyboard.press('ArrowRight')       # a part of it
        assert '70.0% by 70.0%' in box.get_attribute('aria-label')
        shoot(page, 'pictures')
        page.get_by_role('button', name='Search', exact=True).click()
        count(page, 'The 80 most similar')
        part = page.url
        # The whole of it is another query, and finds the product itself.
        page.get_by_role('button', name='Search by picture').click()
        page.locator('#files').set_input_files(file)
        page.get_by_role('button', name='Search', exact=True).click()
        page.wait_for_url(lambda url: 'picture=' in url and url != part)
        page.locator('.chip img').wait_for()
        page.locator('.tile img').first.wait_for()
        found = page.locator('.tile').evaluate_all(
            'tiles => tiles.sort((a, b) => a.dataset.index - b.dataset.index)'
            '.slice(0, 5).map(tile => tile.dataset.id)')
        assert item.id in found
        shoot(page, 'found')
        page.get_by_role('button', name='Search by picture').click()
        (tmp_path / 'a.png').write_text('not a picture')
        page.locator('#files').set_input_files(tmp_path / 'a.png')
        page.get_by_role('button', name='Search', exact=True).click()
        page.get_by_text('picture 1: not a usable picture').and_(
            page.get_by_text("it begins with 'not a picture'")).wait_for()


@pytest.mark.parametrize('how', ['paste', 'drop'])
def test_a_picture_is_pasted_or_dropped(browser, address, how):
    content = io.BytesIO()
    Image.new('RGB', (40, 40), 'red').save(content, 'PNG')
    with tab(browser) as page:
        page.goto(address)
        count(page, '80 found')
        page.evaluate('''([bytes, how]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], 'a.png', {type: 'image/png'}));
            const event = how === 'paste' ? new ClipboardEvent('paste', {clipboardData: data})
                : new DragEvent('drop', {dataTransfer: data, bubbles: true});
            if (how === 'drop') {
                document.body.dispatchEvent(
                    new DragEvent('dragenter', {dataTransfer: data, bubbles: true}));
            }
            document.body.dispatchEvent(event) || dispatchEvent(event);
            if (how === 'paste') dispatchEvent(event);
        }''', [list(content.getvalue()), how])
        page.locator('.cropper img').first.wait_for()
        page.get_by_role('button', name='Search', exact=True).click()
        page.wait_for_url('**picture=**')


@narrow_and_wide
def test_order(browser, address, bench, width):
    with tab(browser, width) as page:
        page.goto(f'{address}/order')
        page.get_by_text('Like a product to begin').wait_for()
        first = page.locator('.tile').first.get_attribute('data-id')
        page.locator('.tile .like').first.click()
        page.get_by_text('In order for 1 liked').wait_for()
        assert f'liked={first}' in page.url
        page.locator('.tile .dislike').last.click()
        page.get_by_text('In order for 1 liked and 1 disliked').wait_for()
        page.locator('#diversity').fill('0.6')
        page.wait_for_url('**diversity=0.6**')
        shoot(page, 'order')
        with page.expect_download() as download:
            page.get_by_role('link', name='Export as CSV').click()
        text = pathlib.Path(download.value.path()).read_text('utf-8-sig')
        rows = list(csv.DictReader(text.splitlines()))
        page.locator('#order[aria-busy=false]').wait_for()
        shown = page.locator('.tile').evaluate_all('tiles => tiles.map(tile => tile.dataset.id)')
        assert [row['product'] for row in rows][:10] == shown[:10]
        # By hand: the third to the front with the mouse, then back by one with the keyboard.
        page.locator('.tile').nth(2).drag_to(page.locator('.tile').first)
        page.locator('.tile a').first.focus()
        page.keyboard.press('Shift+ArrowRight')
        page.get_by_role('button', name='Save as a list').click()
        page.get_by_label('Name of the list').fill('spring')
        page.get_by_role('button', name='Save', exact=True).click()
        page.get_by_text('“spring” is saved').wait_for()
        saved = bench.lists.all()['spring'].products
        assert list(saved[:3]) == [shown[0], shown[2], shown[1]]


def test_likes_of_products_that_are_gone_are_dropped(browser, address):
    with tab(browser) as page:
        page.goto(address)
        page.evaluate('''localStorage.setItem('fashion_models likes', '["gone", "3", "a/b"]')''')
        page.goto(f'{address}/order?disliked=4&disliked=lost')
        page.get_by_text('In order for 1 liked and 1 disliked').wait_for()
        said = page.locator('#toast').text_content()
        assert said.endswith('no longer liked or disliked: gone, a/b, lost.')
        assert sorted(page.url.partition('?')[2].split('&')) == ['disliked=4', 'liked=3']
        assert page.evaluate('localStorage.getItem("fashion_models likes")') == '["3"]'
        # What cannot be asked about now is kept.
        page.route('**/api/products/3', lambda route: route.fulfill(status=403, json={}))
        page.reload()
        page.get_by_text('The server answered 403.').wait_for()
        assert 'liked=3' in page.url
        assert page.evaluate('localStorage.getItem("fashion_models likes")') == '["3"]'


@narrow_and_wide
def test_review_of_labels(browser, address, bench, width):
    with tab(browser, width) as page:
        page.goto(f'{address}/labels')
        page.locator('.doubt').nth(9).wait_for()
        shoot(page, 'labels')
        page.keyboard.press('1')
        page.get_by_text('Say who you are first').wait_for()
        page.keyboard.press('Tab')
        page.keyboard.type('anna')
        page.keyboard.press('Enter')
        page.keyboard.press('1')
        page.get_by_text('1 of 10 decided').wait_for()
        page.keyboard.press('2')
        page.get_by_text('2 of 10 decided').wait_for()
        label = bench.labels.suspects[2].label
        other = {'red': 'blue', 'green': 'red', 'blue': 'green'}[label]
        page.keyboard.type(other[:3])           # type-ahead
        page.keyboard.press('Enter')
        page.get_by_text('3 of 10 decided').wait_for()
        for _ in range(3):                      # many at once
            page.keyboard.press('Space')
            page.keyboard.press('ArrowRight')
        page.get_by_text('3 selected').wait_for()
        page.keyboard.press('3')
        page.get_by_text('6 of 10 decided').wait_for()
        assert [one.answer for one in decisions(bench).labels.values()] == [
            'right', 'label', 'label', *3 * ['cannot tell']]
        assert decisions(bench).labels['2', 'colour'].label == other
        page.keyboard.press('Control+z')
        page.get_by_text('3 of 10 decided').wait_for()
        assert len(decisions(bench).labels) == 3
        shoot(page, 'labels-decided')


@pytest.mark.parametrize(('path', 'item', 'keys'), [
    ('/labels', '.doubt', ['1', '2', '3', 'Control+z', 'b', 'l', 'Enter', '1', 'r', 'Enter', 'g']),
    ('/duplicates', '.pair', ['1', '2', '3', 'Control+z', 'a', '1'])])
def test_keys_of_a_reviewer_without_a_name_do_not_become_it(
        browser, address, bench, path, item, keys):
    bench.duplicates.found(60)
    with tab(browser) as page:
        page.goto(address + path)
        page.locator(item).nth(3).wait_for()
        for key in keys:
            page.keyboard.press(key)
        page.get_by_text('Say who you are first').wait_for()
        assert page.get_by_label('You are').input_value() == ''
        assert not [*decisions(bench).labels, *decisions(bench).pairs]
        page.get_by_label('You are').fill('anna')
        page.keyboard.press('Enter')
        page.keyboard.press('3')
        page.get_by_text(re.compile('^1 of')).wait_for()
        assert {one.who for one in [*decisions(bench).labels.values(),
                                    *decisions(bench).pairs.values()]} == {'anna'}
        page.reload()
        assert page.get_by_label('You are').input_value() == 'anna'


def test_a_late_answer_does_not_count_back(browser, address):
    with tab(browser) as page:
        held = []
        page.route('**/api/review/labels?*after=9*', lambda route: held.append(
            (route, route.fetch())))
        page.goto(f'{address}/labels')
        page.get_by_label('You are').fill('anna')
        page.locator('.doubt').nth(9).wait_for()
        page.locator('.doubt').first.focus()
        page.keyboard.press('1')
        page.get_by_text('1 of 10 decided').wait_for()
        page.keyboard.press('1')
        page.get_by_text('2 of 10 decided').wait_for()
        while not held:
            page.wait_for_timeout(10)
        (route, response), = held       # asked for after the first decision
        with page.expect_response('**/api/review/labels?*after=9*'):
            route.fulfill(response=response)
        page.wait_for_timeout(100)
        assert page.get_by_text('2 of 10 decided').is_visible()


def test_an_undo_shows_what_counts_again(browser, address, bench):
    doubt = bench.labels.suspects[0]
    with tab(browser) as page:
        page.goto(f'{address}/labels')
        page.get_by_label('You are').fill('ben')
        page.locator('.doubt').nth(9).wait_for()
        Journal(bench.decisions.journal.path).add(bench.labels.decision(
            'anna', bench.labels.product(doubt), doubt.task, doubt.label, 'right'))
        verdict = page.locator('.doubt').first.locator('.verdict')
        for key, words in (('2', '✓ right anna'), ('2', f'✓ {doubt.suggested} ben'),
                           ('Control+z', '✓ right anna')):
            page.locator('.doubt').first.focus()
            page.keyboard.press(key)
            verdict.filter(has_text=words).wait_for()
        page.get_by_text('1 of 10 decided').wait_for()


def test_two_reviewers_of_one_label(browser, address, bench):
    with tab(browser) as page, tab(browser) as other:
        for who, own in (('anna', page), ('ben', other)):
            own.goto(f'{address}/labels')
            own.locator('.doubt').nth(9).wait_for()
            own.locator('#who').fill(who)
            own.locator('.doubt').first.focus()
        page.keyboard.press('1')
        page.get_by_text('1 of 10 decided').wait_for()
        other.keyboard.press('2')
        other.get_by_text('anna has decided').wait_for()
        assert decisions(bench).labels['0', 'colour'].who == 'anna'
        other.keyboard.press('2')               # having seen it
        other.get_by_text('✓').get_by_text('ben').wait_for()
        assert decisions(bench).labels['0', 'colour'].who == 'ben'


@narrow_and_wide
def test_review_of_duplicates(browser, address, bench, width):
    bench.duplicates.found(60)
    with tab(browser, width) as page:
        page.goto(f'{address}/duplicates')
        page.locator('.pair').nth(3).wait_for()
        shoot(page, 'duplicates')
        page.locator('#who').fill('anna')
        page.locator('.pair').first.focus()
        for key in '123':
            page.keyboard.press(key)
            page.get_by_text(re.compile(f'^{key} of')).wait_for()
        assert [one.answer for one in decisions(bench).pairs.values()] == [
            'same', 'colourway', 'different']
        page.get_by_role('button', name='Undo').click()
        page.get_by_text(re.compile('^2 of')).wait_for()


def test_a_group_is_decided_when_all_its_pairs_are(browser, address, bench, monkeypatch):
    items = [bench.shop.item(row) for row in range(4)]
    monkeypatch.setattr(bench.pairs, 'groups', lambda: enumerate([items]))

    def ticks(page):
        return page.locator('.side input').evaluate_all('boxes => boxes.map(box => box.checked)')

    def answered():
        return {a + b: one.answer for (a, b), one in decisions(bench).pairs.items()}

    with tab(browser) as page:
        page.goto(f'{address}/duplicates?view=groups')
        page.locator('#who').fill('anna')
        page.locator('.side input').nth(2).uncheck()
        page.locator('.side input').nth(3).uncheck()
        page.keyboard.press('1')        # of the first two; it asks about the others then
        page.locator('.side input').nth(2).and_(page.locator(':checked')).wait_for()
        assert ticks(page) == [False, False, True, True]
        assert page.get_by_text('0 of 1 decided').is_visible()
        assert answered() == {'01': 'same', **dict.fromkeys(['02', '03', '12', '13'], 'different')}
        page.reload()
        page.locator('.pair').wait_for()
        assert ticks(page) == [False, False, True, True]
        page.locator('.pair').focus()
        page.keyboard.press('2')
        page.get_by_text('1 of 1 decided').wait_for()
        assert answered()['23'] == 'colourway'
        page.keyboard.press('Control+z')
        page.get_by_text('0 of 1 decided').wait_for()
        page.keyboard.press('Control+z')
        page.get_by_text('5 decisions are undone').wait_for()
        assert answered() == {}
        # One that does not belong leaves nothing open.
        for number, belongs in enumerate([True, True, True, False]):
            page.locator('.side input').nth(number).set_checked(belongs)
        for key, words in (('2', '1 of 1 decided'), ('Control+z', '0 of 1'), ('1', '1 of 1')):
            if key == '1':      # the wrong key does not cost the ticks
                assert ticks(page) == [True, True, True, False]
            page.locator('.pair').focus()
            page.keyboard.press(key)
            page.locator('#done').get_by_text(words).wait_for()
        page.goto(f'{address}/duplicates?view=groups&state=decided')
        page.get_by_text('✓ same, different').wait_for()


@narrow_and_wide
def test_no_page_has_a_serious_fault_for_those_who_cannot_see_or_point(
        browser, address, bench, width):
    if not AXE.exists():
        pytest.skip(f'needs axe-core, and there is no {AXE} '
                    '(npm install --prefix . --no-save axe-core@4)')
    bench.duplicates.found(60)
    faults = {}
    # axe-core is put into the page by force; its own policy lets nobody in.
    with tab(browser, width, bypass_csp=True) as page:
        for path in ('/', '/product?id=3', '/order?liked=3', '/labels', '/duplicates', '/api'):
            page.goto(address + path)
            page.wait_for_load_state('networkidle')
            page.evaluate(AXE.read_text())
            found = page.evaluate('axe.run().then(result => result.violations)')
            serious = [fault for fault in found if fault['impact'] in ('serious', 'critical')]
            if serious:
                faults[path] = [(fault['id'], [node['html'][:200] for node in fault['nodes'][:3]])
                                for fault in serious]
    assert not faults, json.dumps(faults, indent=1)
