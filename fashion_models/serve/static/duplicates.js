// The review of duplicates: pairs, or groups, side by side.
import {ask, el, picture} from './common.js';
import {Review, verdict} from './review.js';

const $ = (id) => document.getElementById(id);
const groups = () => $('choices').elements.view.value === 'groups';

const review = new Review({
  kind: 'pair',
  address: '/api/review/pairs',
  async fetch(values, after) {
    const query = new URLSearchParams({state: values.state, after, limit: 20});
    if (groups()) {
      const answer = await ask(`/api/review/groups?${query}`);
      return {...answer, list: answer.groups.map((group) => itemOf(group, group.members, group.decisions))};
    }
    query.set('least', values.least);
    const answer = await ask(`/api/review/pairs?${query}`);
    return {...answer, list: answer.pairs.map((pair) => {
      const [a, b] = pair.sides.map((side) => side.id);
      return itemOf(pair, pair.sides, pair.decision ? [{a, b, decision: pair.decision}] : []);
    })};
  },
  element(item) {
    const likely = item.probability === undefined ? `${item.sides.length} that look alike`
      : `${Math.round(100 * item.probability)} % likely`;
    return el('li', {class: item.decision ? 'pair done' : 'pair'},
      el('span', {class: 'quiet'}, likely, ' ', verdict(item, (decision) => decision.answer)),
      el('div', {class: 'sides'}, ...item.sides.map((side) => sideOf(item, side))));
  },
  answers(items, answer) {
    return items.map((item) => {
      item.last = new Set(item.out);
      return {ids: idsOf(item).filter((id) => !item.out.has(id)), apart: [...item.out], answer,
        seen: [...item.known.values()].map((decision) => decision.id)};
    });
  },
  concerns: (item, outcome) => [outcome.a, outcome.b].every(
    (id) => idsOf(item).includes(id)),
  settle(items, outcome, saved) {
    const item = items.find((one) => this.concerns(one, outcome));
    if (!item) return;
    item.known.set(keyOf(outcome.a, outcome.b), outcome.decision);
    judge(item);
    if (saved === false) item.out = item.last;      // the same may be answered again
  },
  reopen(item, outcome) {
    item.known.delete(keyOf(outcome.a, outcome.b));
    judge(item);
  },
  columns: () => 1,
  said() {
    $('least-said').textContent = `${Math.round(100 * $('choices').elements.least.value)} %`;
    $('choices').elements.least.disabled = groups();
  },
});

const idsOf = (item) => item.sides.map((side) => side.id);
const keyOf = (a, b) => JSON.stringify([a, b].sort());

// A pair or a group. known: from each pair of it to the decision on that; out: who is not ticked,
// and last: who was not when it was answered.
function itemOf(found, sides, outcomes) {
  const known = new Map(outcomes.map((one) => [keyOf(one.a, one.b), one.decision]));
  const item = {...found, sides, known, last: new Set()};
  judge(item);
  return item;
}

// It is decided when every pair of it is. Until then those are ticked of whom something is open.
function judge(item) {
  const {known} = item;
  const ids = idsOf(item);
  const settled = ids.filter((a) => ids.every((b) => a === b || known.has(keyOf(a, b))));
  const all = (name) => [...new Set([...known.values()].map((one) => one[name]))].join(', ');
  const decided = settled.length === ids.length;
  item.decision = decided ? {who: all('who'), answer: all('answer')} : null;
  item.out = decided || !known.size ? item.last : new Set(settled);
}

function sideOf(item, side) {
  const labels = Object.values(side.labels).map((label) => label.replaceAll('|', ' / ')).join(' · ');
  const name = side.title || side.id;
  const made = el('section', {class: 'side', 'aria-label': name},
    el('span', {class: 'photos'}, ...(side.pictures.length ? side.pictures.slice(0, 4).map(
      (_, number) => el('img', {src: picture(side, 640, number), alt: '', loading: 'lazy'}))
      : [el('span', {class: 'none'}, 'no picture')])),
    el('a', {class: 'name', href: `/product?id=${encodeURIComponent(side.id)}`, tabindex: '-1'}, name),
    el('small', {}, side.retailer.replaceAll('|', ' · ')), el('small', {}, labels),
    el('p', {class: 'quiet'}, side.description));
  if (item.sides.length > 2) {
    const box = el('input', {type: 'checkbox'});
    box.checked = !item.out.has(side.id);
    box.addEventListener('change', () => {
      if (box.checked) item.out.delete(side.id); else item.out.add(side.id);
    });
    made.append(el('label', {}, box, ' belongs to the group'));
  }
  return made;
}

review.show().then(() => review.focus(0));
