// The review of labels.
import {ask, el, picture} from './common.js';
import {Review, verdict} from './review.js';

const $ = (id) => document.getElementById(id);
const percent = (share) => (share === null ? '' : ` ${Math.round(100 * share)} %`);
const shown = (label) => (label ? label.replaceAll('|', ' / ') : 'no label');
const names = new Map();        // of each task

const review = new Review({
  kind: 'label',
  address: '/api/review/labels',
  many: true,
  async fetch(values, after) {
    const query = new URLSearchParams({...values, after, limit: 60});
    query.delete('size');
    const answer = await ask(`/api/review/labels?${query}`);
    return {...answer, list: answer.doubts};
  },
  element(doubt) {
    const {product} = doubt;
    const large = $('choices').elements.size.value === 'one';
    const several = large ? product.pictures.length : 2;
    const photos = product.pictures.slice(0, several).map((_, number) => el('img', {
      src: picture(product, large ? 640 : 320, number), alt: '', loading: 'lazy'}));
    const name = product.title || product.id;
    const box = el('input', {type: 'checkbox', 'aria-label': `Select ${name}, ${doubt.task}`, tabindex: '-1'});
    box.addEventListener('click', () => review.select(review.items.indexOf(doubt)));
    const made = el('li', {class: doubt.decision ? 'doubt done' : 'doubt'},
      el('label', {class: 'select'}, box),
      el('span', {class: 'photos'}, ...(photos.length ? photos : [el('span', {class: 'none'}, 'no picture')])),
      el('span', {class: 'question'}, el('small', {}, `${doubt.task.replaceAll('_', ' ')} `),
        el('b', {}, shown(doubt.label)), el('small', {}, percent(doubt.p_label)),
        ...(doubt.suggested ? [' → ', el('b', {class: 'suggested'}, shown(doubt.suggested)),
          el('small', {}, percent(doubt.p_suggested))] : [])),
      el('a', {class: 'name', href: `/product?id=${encodeURIComponent(product.id)}`, tabindex: '-1'}, name),
      verdict(doubt, (decision) => decision.answer === 'label' ? shown(decision.label) : decision.answer));
    return made;
  },
  answers(doubts, answer, label) {
    return doubts.map((doubt) => ({
      product: doubt.product.product, task: doubt.task, before: doubt.label, answer, label,
      seen: doubt.decision?.id ?? null}));
  },
  concerns: (doubt, outcome) => doubt.product.product === outcome.product && doubt.task === outcome.task,
  settle(doubts, outcome) {
    const doubt = doubts.find((one) => this.concerns(one, outcome));
    if (doubt) doubt.decision = outcome.decision;
  },
  reopen(doubt) { doubt.decision = null; },
  columns: () => getComputedStyle($('items')).gridTemplateColumns.split(' ').length,
  said() {
    const {surest, size} = $('choices').elements;
    if (surest) $('surest-said').textContent = `${Math.round(100 * surest.value)} %`;
    $('items').classList.toggle('one', size.value === 'one');
  },
  activated(doubt) { if (doubt) offer($('other-names'), doubt.task); },
  typedKey(event) {
    if (event.key.length === 1 && /\p{L}/u.test(event.key)) {
      event.preventDefault();
      $('other').focus();
      $('other').value = event.key;
      $('other').dispatchEvent(new Event('input'));
    }
  },
});

// Type-ahead: the labels of the task; Enter takes what is typed, or the only label that begins so.
async function offer(list, task) {
  if (list.dataset.task === task) return;
  list.dataset.task = task;
  if (!names.has(task)) {
    names.set(task, await ask(`/api/review/labels/names?task=${encodeURIComponent(task)}`).catch(() => []));
  }
  list.replaceChildren(...names.get(task).map((name) => el('option', {value: name})));
}

$('other').addEventListener('keydown', async (event) => {
  if (event.key === 'Escape') { event.target.value = ''; review.focus(review.active); }
  if (event.key !== 'Enter') return;
  event.preventDefault();
  const task = review.items[review.active]?.task;
  const typed = event.target.value.trim().toLowerCase();
  const known = names.get(task) ?? [];
  const exact = known.filter((name) => name.toLowerCase() === typed);
  const begun = exact.length ? exact : known.filter((name) => name.toLowerCase().startsWith(typed));
  if (await review.decide('other', begun.length === 1 ? begun[0] : event.target.value.trim())) {
    event.target.value = '';
    event.target.blur();
    review.focus(review.active);
  }
});

$('all').addEventListener('click', () => {
  const open = review.items.filter((doubt) => !doubt.decision);
  const all = open.every((doubt) => review.chosen.has(doubt));
  review.chosen.clear();
  if (!all) open.forEach((doubt) => review.chosen.add(doubt));
  review.mark();
});

const {task} = $('choices').elements;
task.addEventListener('change', () => offer($('label-names'), task.value));
if (task.value) offer($('label-names'), task.value);
review.show().then(() => review.focus(0));
