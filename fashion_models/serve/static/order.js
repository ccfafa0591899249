// The order page: likes by click, variety by slider, places by drag and drop or by key.
import {ask, el, entering, likes, mark, picture, post, say, typing} from './common.js';
import {Filters} from './filters.js';

const TOP = 60;
const $ = (id) => document.getElementById(id);
const params = () => new URLSearchParams(location.search);
let shown = [];         // products in their order
let moved = false;      // whether somebody has moved one
let round = 0;          // of answers, the last of which counts

const filters = new Filters($('facets'), {params, change: go});

// The first likes are those of the page of products.
if (!params().has('liked') && likes.all().length) {
  const next = params();
  for (const id of likes.all()) next.append('liked', id);
  history.replaceState(null, '', `/order?${next}`);
}

function go(next) {
  history.pushState(null, '', next.size ? `/order?${next}` : '/order');
  show();
}

function set(id, kind) {
  const next = params();
  const had = next.getAll(kind).includes(id);
  next.delete('liked', id);
  next.delete('disliked', id);
  if (!had) next.append(kind, id);
  likes.set(next.getAll('liked'));
  go(next);
}

function where(state) {
  const found = {};
  for (const condition of state.getAll('where')) {
    const cut = condition.indexOf('=');
    (found[condition.slice(0, cut)] ??= []).push(condition.slice(cut + 1));
  }
  return found;
}

// A product, or null if it is gone.
function productOf(id) {
  return ask(`/api/products/${encodeURIComponent(id)}`).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
}

// Takes products that are gone out of the address and of the likes that are kept.
function drop(gone) {
  const next = params();
  for (const id of gone) {
    next.delete('liked', id);
    next.delete('disliked', id);
  }
  likes.set(likes.all().filter((id) => !gone.includes(id)));
  history.replaceState(null, '', next.size ? `/order?${next}` : '/order');
  const named = gone.length > 5 ? [...gone.slice(0, 4), `${gone.length - 4} more`] : gone;
  say(`No longer there, and so no longer liked or disliked: ${named.join(', ')}.`);
}

async function show() {
  const state = params();
  const liked = state.getAll('liked');
  const disliked = state.getAll('disliked');
  const diversity = Number(state.get('diversity') ?? 0.2);
  $('diversity').value = diversity;
  $('diversity-said').textContent = `${Math.round(100 * diversity)} %`;
  $('hint').hidden = liked.length > 2;
  // At once: whoever is quick must not get the order of before.
  exportLink(state, liked.length);
  const own = ++round;
  $('order').setAttribute('aria-busy', 'true');
  try {
    const query = new URLSearchParams(state.getAll('where').map((one) => ['where', one]));
    query.set('facets', 'true');
    query.set('limit', TOP);
    query.set('sort', 'mixed');
    const ids = [...liked, ...disliked];
    const [page, ...seen] = await Promise.all([ask(`/api/products?${query}`), ...ids.map(productOf)]);
    if (own !== round) return;
    const gone = ids.filter((_, place) => !seen[place]);
    if (gone.length) {
      drop(gone);
      await show();
      return;
    }
    const answer = liked.length
      ? await post('/api/order', {liked, disliked, diversity, k: TOP, where: where(state)}) : null;
    if (own !== round) return;
    shown = answer?.order ?? page.products;
    moved = false;
    filters.show(page.facets);
    list($('liked'), seen.slice(0, liked.length), 'liked');
    list($('disliked'), seen.slice(liked.length), 'disliked');
    $('count').textContent = answer ? `In order for ${liked.length} liked` +
      (disliked.length ? ` and ${disliked.length} disliked` : '') : 'Like a product to begin';
    draw();
  } catch (error) {
    if (own === round) say(error.message);
  }
  $('order').setAttribute('aria-busy', 'false');
}

function exportLink(state, any) {
  const link = $('csv');
  if (any) link.href = `/order.csv?${state}`; else link.removeAttribute('href');
  link.setAttribute('aria-disabled', String(!any));
}

function list(element, products, kind) {
  element.replaceChildren(...products.map((product) => {
    const remove = el('button', {type: 'button', title: 'Remove',
      'aria-label': `Remove ${product.title || product.id}`}, '×');
    remove.addEventListener('click', () => set(product.id, kind));
    return el('li', {}, el('img', {src: picture(product, 160), alt: product.title || product.id}), remove);
  }));
  if (!products.length) element.replaceChildren(el('li', {class: 'quiet'}, 'none yet'));
}

// The focus stays at its place, where there may be another product now.
function draw() {
  const place = placeOf(document.activeElement);
  $('order').replaceChildren(...shown.map(tile));
  if (place >= 0) $('order').children[place]?.querySelector('a').focus({preventScroll: true});
  $('again').hidden = !moved;
}

function placeOf(element) {
  return [...$('order').children].indexOf(element?.closest('.tile'));
}

function tile(product, place) {
  const liked = mark('like', `Like ${product.title || product.id}`, false);
  const disliked = mark('dislike', `Dislike ${product.title || product.id}`, false);
  liked.addEventListener('click', () => set(product.id, 'liked'));
  disliked.addEventListener('click', () => set(product.id, 'disliked'));
  const made = el('li', {class: 'tile', draggable: 'true', 'data-id': product.id},
    el('a', {href: `/product?id=${encodeURIComponent(product.id)}`, draggable: 'false'},
      el('span', {class: 'photo'}, product.pictures.length
        ? el('img', {src: picture(product, 320), alt: '', draggable: 'false', loading: 'lazy'})
        : el('span', {class: 'none'}, 'no picture')),
      el('span', {class: 'name'}, product.title || product.id),
      el('span', {class: 'note'}, `${place + 1}`)),
    el('span', {class: 'marks'}, liked, disliked));
  made.addEventListener('dragstart', (event) => {
    event.dataTransfer.setData('text/plain', product.id);
    event.dataTransfer.effectAllowed = 'move';
    made.classList.add('lifted');
  });
  made.addEventListener('dragend', () => made.classList.remove('lifted'));
  made.addEventListener('dragover', (event) => { event.preventDefault(); made.classList.add('under'); });
  made.addEventListener('dragleave', () => made.classList.remove('under'));
  made.addEventListener('drop', (event) => {
    event.preventDefault();
    made.classList.remove('under');
    const id = event.dataTransfer.getData('text/plain');
    const from = shown.findIndex((one) => one.id === id);
    if (from >= 0) move(from, shown.findIndex((one) => one.id === product.id));
  });
  return made;
}

function move(from, to) {
  if (from === to || to < 0 || to >= shown.length) return;
  const [product] = shown.splice(from, 1);
  shown.splice(to, 0, product);
  moved = true;
  draw();
  say(`${product.title || product.id} is now at place ${to + 1}.`);
}

document.addEventListener('keydown', (event) => {
  if (typing(event)) return;
  const tiles = [...$('order').children];
  const place = placeOf(document.activeElement);
  if (entering(event) && tiles.length) {
    event.preventDefault();
    tiles[0].querySelector('a').focus();
  }
  if (place < 0) return;
  const columns = getComputedStyle($('order')).gridTemplateColumns.split(' ').length;
  const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns}[event.key];
  if (step) {
    event.preventDefault();
    const to = Math.min(tiles.length - 1, Math.max(0, place + step));
    if (event.shiftKey) move(place, to);
    $('order').children[to].querySelector('a').focus();
  }
  if (event.key === 'l') set(tiles[place].dataset.id, 'liked');
  if (event.key === 'x') set(tiles[place].dataset.id, 'disliked');
});

let sliding;
$('diversity').addEventListener('input', () => {
  $('diversity-said').textContent = `${Math.round(100 * $('diversity').value)} %`;
  clearTimeout(sliding);
  sliding = setTimeout(() => {
    const next = params();
    next.set('diversity', $('diversity').value);
    go(next);
  }, 150);
});
$('again').addEventListener('click', () => show());

// Saving what is on the page as a list.
$('save').addEventListener('click', async () => {
  $('list-length').textContent = shown.length;
  $('naming-fault').textContent = '';
  $('naming').showModal();
  const {lists} = await ask('/api/lists');
  $('list-names').replaceChildren(...Object.keys(lists).map((name) => el('option', {value: name})));
});
$('naming-close').addEventListener('click', () => $('naming').close());
$('naming-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const name = $('list-name').value.trim();
    await post('/api/lists', {name, products: shown.map((product) => product.id)});
    $('naming').close();
    say(`“${name}” is saved, with ${shown.length} products.`);
  } catch (error) {
    $('naming-fault').textContent = error.message;
  }
});

addEventListener('popstate', show);
if (matchMedia('(max-width: 800px)').matches) $('filters').open = false;
show();
