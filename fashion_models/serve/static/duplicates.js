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
      return {...answer, list: answer.groups.map((group) => ({
        ...group, sides: group.members, decision: group.decided ? summary(group.decisions) : null,
        seen: new Set(group.decisions.map((one) => one.decision.id)), out: new Set()}))};
    }
    query.set('least', values.least);
    const answer = await ask(`/api/review/pairs?${query}`);
    return {...answer, list: answer.pairs.map((pair) => ({
      ...pair, seen: new Set(pair.decision ? [pair.decision.id] : [])}))};
  },
  element(item) {
    const likely = item.probability === undefined ? `${item.sides.length} that look alike`
      : `${Math.round(100 * item.probability)} % likely`;
    return el('li', {class: item.decision ? 'pair done' : 'pair'},
      el('span', {class: 'quiet'}, likely, ' ', verdict(item, (decision) => decision.answer)),
      el('div', {class: 'sides'}, ...item.sides.map((side) => sideOf(item, side))));
  },
  answers(items, answer) {
    return items.map((item) => ({
      ids: item.sides.map((side) => side.id).filter((id) => !item.out?.has(id)), answer,
      seen: [...item.seen]}));
  },
  concerns: (item, outcome) => [outcome.a, outcome.b].every(
    (id) => item.sides.some((side) => side.id === id)),
  settle(items, outcome) {
    const item = items.find((one) => this.concerns(one, outcome));
    if (!item) return;
    item.decision = outcome.decision;
    item.seen.add(outcome.decision.id);
  },
  columns: () => 1,
  said() {
    $('least-said').textContent = `${Math.round(100 * $('choices').elements.least.value)} %`;
    $('choices').elements.least.disabled = groups();
  },
});

// The decisions on the pairs of a group as one.
function summary(decisions) {
  const all = (name) => [...new Set(decisions.map((one) => one.decision[name]))].join(', ');
  return {who: all('who'), answer: all('answer')};
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
  if (item.out) {
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
