// The page of products. Its address is its state: what to show is read from there, and a change
// writes it there.
import {ask, el, entering, likes, mark, picture, say, typing} from './common.js';
import {Filters} from './filters.js';
import {Grid} from './grid.js';
import {PictureSearch} from './pictures.js';

const $ = (id) => document.getElementById(id);
const params = () => new URLSearchParams(location.search);
// What of an address the API knows; others may add to it what they like.
const VIEW = ['q', 'where', 'sort', 'near', 'picture', 'other_groups'];

const grid = new Grid($('grid'), {
  load(offset, limit, signal) {
    const query = new URLSearchParams([...params()].filter(([name]) => VIEW.includes(name)));
    query.set('offset', offset);
    query.set('limit', limit);
    if (offset === 0 || !grid.counted) query.set('facets', 'true');
    return ask(`/api/products?${query}`, {signal});
  },
  tile,
  loaded(answer) {
    if (answer.error) {
      $('count').textContent = '';
      if (grid.total === null) {      // an address of yesterday, say: nothing else is on the page
        $('why').textContent = answer.error.message;
        $('empty').hidden = false;
      } else {
        say(answer.error.message);
      }
      return;
    }
    if (answer.facets) {
      filters.show(answer.facets);
      grid.counted = true;
    }
    const near = params().has('near') || params().has('picture');
    const number = answer.total.toLocaleString('en');
    $('count').textContent = near ? `The ${number} most similar` : `${number} found`;
    $('why').textContent = $('why').dataset.none;
    $('empty').hidden = answer.total > 0;
  },
});

const filters = new Filters($('facets'), {params, change: go});

function tile(product) {
  const state = params();
  state.delete('id');
  const address = `/product?${state}${state.size ? '&' : ''}id=${encodeURIComponent(product.id)}`;
  const photo = el('span', {class: 'photo'}, product.pictures.length
    ? el('img', {src: picture(product, 320), alt: '', decoding: 'async'})
    : el('span', {class: 'none'}, 'no picture'));
  photo.querySelector('img')?.addEventListener('error', (event) => event.target.replaceWith(
    el('span', {class: 'none'}, 'no picture')), {once: true});
  const note = [product.similarity?.toFixed(2), product.labels.colour?.replaceAll('|', ', '),
    product.retailer.replaceAll('|', ', ')];
  const like = mark('like', `Like ${product.title || product.id}`, likes.has(product.id));
  like.tabIndex = -1;
  like.addEventListener('click', () => toggle(product.id));
  const made = el('div', {class: 'tile', 'data-id': product.id},
    el('a', {href: address}, photo, el('span', {class: 'name'}, product.title || product.id),
      el('span', {class: 'note'}, note.filter(Boolean).join(' · '))),
    el('span', {class: 'marks'}, like));
  return made;
}

function toggle(id) {
  const liked = likes.toggle(id);
  document.querySelector(`.tile[data-id="${CSS.escape(id)}"] .like`)
    ?.setAttribute('aria-pressed', String(liked));
  const count = likes.all().length;
  say(liked ? `Liked; ${count} in all. “Order” puts products for these likes in order.` : 'No longer liked.');
}

// Goes to another state: a new address, and what it says.
let shown;      // a promise of it
function go(next) {
  history.pushState(null, '', next.size ? `/?${next}` : '/');
  shown = show();
}

async function show(scroll = 0) {
  const state = params();
  $('q').value = state.get('q') ?? '';
  const near = state.has('near') || state.has('picture');
  $('sort').value = state.get('sort') ?? 'catalogue';
  $('sort').disabled = near;
  chips(state);
  grid.counted = false;
  await grid.show(scroll);
}

function chips(state) {
  const made = [];
  const chip = (remove, label, ...content) => {
    const button = el('button', {type: 'button', class: 'chip', 'aria-label': `Remove: ${label}`},
      ...content, el('span', {'aria-hidden': 'true'}, '×'));
    button.addEventListener('click', () => {
      const next = params();
      remove(next);
      go(next);
    });
    made.push(button);
  };
  if (state.has('picture')) {
    const token = state.get('picture');
    chip((next) => next.delete('picture'), 'like your picture', el('img', {
      src: `/query?token=${encodeURIComponent(token)}`, alt: ''}), 'like your picture');
  }
  if (state.has('near')) {
    const id = state.get('near');
    chip((next) => { next.delete('near'); next.delete('other_groups'); }, `like ${id}`, el('img', {
      src: `/picture?id=${encodeURIComponent(id)}&n=0&side=160`, alt: ''}), `like ${id}`);
  }
  for (const condition of state.getAll('where')) {
    const label = condition.slice(condition.indexOf('=') + 1);
    chip((next) => next.delete('where', condition), label, label);
  }
  $('chips').replaceChildren(...made);
}

let typed;
$('q').addEventListener('input', () => {
  clearTimeout(typed);
  typed = setTimeout(search, 250);
});
$('search').addEventListener('submit', (event) => {
  event.preventDefault();
  search();
});
$('q').addEventListener('keydown', async (event) => {
  if (event.key !== 'ArrowDown') return;
  event.preventDefault();
  search();
  await shown;
  grid.focus(0);
});
function search() {
  clearTimeout(typed);
  const next = params();
  const words = $('q').value.trim();
  if (words === (next.get('q') ?? '')) return;
  if (words) next.set('q', words); else next.delete('q');
  const position = $('q').value;
  go(next);
  $('q').value = position;
}
$('sort').addEventListener('change', () => {
  const next = params();
  if ($('sort').value === 'catalogue') next.delete('sort'); else next.set('sort', $('sort').value);
  go(next);
});
$('clear').addEventListener('click', () => go(new URLSearchParams()));

const pictures = $('by-picture') && new PictureSearch({
  button: $('by-picture'),
  found(token) {
    const next = params();
    next.delete('near');
    next.delete('q');
    next.set('picture', token);
    go(next);
    scrollTo(0, 0);
  },
});

document.addEventListener('keydown', (event) => {
  if (typing(event)) return;
  const id = document.activeElement?.closest?.('.tile')?.dataset.id;
  if (event.key === '/') { event.preventDefault(); $('q').focus(); }
  if (event.key === 'p' && pictures) { event.preventDefault(); pictures.open(); }
  if (event.key === 'l' && id) toggle(id);
  if (event.key === 's' && id) {
    const next = params();
    for (const name of ['picture', 'q']) next.delete(name);
    next.set('near', id);
    go(next);
    scrollTo(0, 0);
  }
  if (entering(event)) {
    event.preventDefault();
    grid.focus(grid.firstAt(Math.max(0, scrollY)));
  }
});

// Back to where one was, product and place.
history.scrollRestoration = 'manual';
const KEY = () => `scroll ${location.search}`;
addEventListener('pagehide', () => sessionStorage.setItem(KEY(), scrollY));
addEventListener('popstate', () => { shown = show(); });
if (matchMedia('(max-width: 800px)').matches) $('filters').open = false;
grid.layout();
const [navigation] = performance.getEntriesByType('navigation');
shown = show(navigation?.type === 'back_forward' || document.referrer.includes('/product?')
  ? Number(sessionStorage.getItem(KEY())) || 0 : 0);
