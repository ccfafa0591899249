// What both reviews share: who decides, what is shown, saving, conflicts, undo, progress.
import {ask, el, post, say, typing} from './common.js';

const $ = (id) => document.getElementById(id);
const WHO = 'fashion_models reviewer';

export class Review {
  // kind: 'label' or 'pair'; fetch(params, after) → {total, decided, list, searching};
  // element(item) → li; answers(items, answer, label) → what is posted; concerns(item, outcome);
  // settle(items, outcome, saved) and reopen(item, outcome), after an answer and an undo; columns()
  // of the grid.
  constructor(parts) {
    Object.assign(this, parts);
    this.items = [];
    this.active = 0;
    this.saving = 0;            // decisions on their way to the server
    this.decisions = 0;         // begun and ended here, undone ones included
    this.chosen = new Set();
    $('who').value = localStorage.getItem(WHO) ?? '';
    $('who').addEventListener('change', () => localStorage.setItem(WHO, $('who').value.trim()));
    $('who').addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.focus(this.active);
    });
    this.form = $('choices');
    this.read();
    this.form.addEventListener('input', () => this.changed());
    this.form.addEventListener('submit', (event) => event.preventDefault());
    for (const button of document.querySelectorAll('[data-answer]')) {
      button.addEventListener('click', () => this.decide(button.dataset.answer));
    }
    $('undo').addEventListener('click', () => this.undo());
    $('items').addEventListener('focusin', (event) => {
      const place = [...$('items').children].indexOf(event.target.closest('#items > li'));
      if (place >= 0) this.activate(place);
    });
    document.addEventListener('keydown', (event) => this.keydown(event));
    addEventListener('popstate', () => { this.read(); this.show(); });
    new IntersectionObserver((seen) => { if (seen[0].isIntersecting) this.more(); },
      {rootMargin: '600px'}).observe($('empty').parentElement.lastElementChild);
  }

  params() { return new URLSearchParams(location.search); }

  // The choices come from the address, and go there.
  read() {
    const params = this.params();
    for (const field of this.form.elements) {
      if (field.name && params.has(field.name)) field.value = params.get(field.name);
    }
    this.said?.();
  }

  changed() {
    const params = new URLSearchParams();
    for (const field of this.form.elements) {
      if (field.name && field.value !== (field.defaultValue ?? field.options?.[0]?.value)) {
        params.set(field.name, field.value);
      }
    }
    history.replaceState(null, '', `${location.pathname}${params.size ? '?' : ''}${params}`);
    this.said?.();
    clearTimeout(this.typed);
    this.typed = setTimeout(() => this.show(), 200);
  }

  values() {
    return Object.fromEntries([...this.form.elements].filter((field) => field.name)
      .map((field) => [field.name, field.value]));
  }

  async show() {
    this.items = [];
    this.chosen.clear();
    this.after = -1;
    this.ended = false;
    this.active = 0;
    this.round = (this.round ?? 0) + 1;
    $('items').replaceChildren();
    await this.more();
  }

  async more() {
    if (this.busy || this.ended) return;
    const {round, decisions} = this;
    this.busy = true;
    try {
      const answer = await this.fetch(this.values(), this.after);
      if (round !== this.round) return;
      // What was decided while the server counted is in the count here, and perhaps not in its own.
      this.count(answer.total, decisions === this.decisions && !this.saving
        ? answer.decided : this.decided ?? answer.decided);
      this.ended = !answer.list.length;
      if (answer.searching) setTimeout(() => { this.ended = false; this.more(); }, 2000);
      this.after = answer.list.at(-1)?.number ?? this.after;
      this.items.push(...answer.list);
      $('items').append(...answer.list.map((item) => this.make(item)));
      $('empty').hidden = this.items.length > 0;
      $('empty').textContent = answer.searching ? 'Comparing everything with everything, once…'
        : answer.total && answer.decided === answer.total ? 'All of it is done.' : 'Nothing to review here.';
      this.mark();
    } catch (error) {
      if (round === this.round) { this.ended = true; say(error.message); }
    } finally {
      this.busy = false;
    }
    if (round !== this.round) await this.more();
  }

  count(total, decided) {
    Object.assign(this, {total, decided});
    $('progress').max = Math.max(1, total);
    $('progress').value = decided;
    $('done').textContent = `${decided.toLocaleString('en')} of ${total.toLocaleString('en')} decided`;
  }

  make(item) {
    const made = this.element(item);
    made.tabIndex = -1;
    made.addEventListener('click', (event) => {
      if (event.target.closest('a, button, input')) return;
      if (this.many && (event.ctrlKey || event.metaKey || event.shiftKey)) {
        this.select(this.items.indexOf(item), event.shiftKey);
      }
      made.focus({preventScroll: true});
    });
    return made;
  }

  redraw(item) {
    const place = this.items.indexOf(item);
    const old = $('items').children[place];
    if (!old) return;
    const focused = old.contains(document.activeElement);
    const made = this.make(item);
    old.replaceWith(made);
    this.mark();
    if (focused) made.focus({preventScroll: true});
  }

  activate(place) {
    this.active = place;
    this.mark();
    this.activated?.(this.items[place]);
  }

  mark() {
    [...$('items').children].forEach((node, place) => {
      node.tabIndex = place === this.active ? 0 : -1;
      node.classList.toggle('active', place === this.active);
      const chosen = this.chosen.has(this.items[place]);
      node.classList.toggle('selected', chosen);
      const box = node.querySelector('.select input');
      if (box) box.checked = chosen;
    });
    if ($('selected')) $('selected').textContent = this.chosen.size ? `${this.chosen.size} selected` : '';
  }

  select(place, range = false) {
    const item = this.items[place];
    if (!item) return;
    if (range) {
      const [from, to] = [Math.min(this.active, place), Math.max(this.active, place)];
      for (const one of this.items.slice(from, to + 1)) this.chosen.add(one);
    } else if (!this.chosen.delete(item)) {
      this.chosen.add(item);
    }
    this.mark();
  }

  focus(place) {
    const node = $('items').children[Math.max(0, Math.min(this.items.length - 1, place))];
    node?.focus({preventScroll: true});
    node?.scrollIntoView({block: 'nearest'});
  }

  // The reviewer's name, which is asked for if there is none. The focus goes beside the field, not
  // into it: the next key may be a decision, too, and is no part of a name.
  who() {
    const who = $('who').value.trim();
    if (!who) {
      say('Say who you are first: decisions have a name. Tab leads to the field, and Enter back.');
      $('reviewer').focus();
    }
    return who;
  }

  // Saves a decision on what is selected, or on what is in focus. Nothing is shown as decided
  // before the server has answered that it is saved.
  async decide(answer, label = '') {
    const who = this.who();
    if (!who) return false;
    const items = this.chosen.size ? [...this.chosen] : [this.items[this.active]].filter(Boolean);
    if (!items.length) return false;
    const place = this.active;
    this.saves(1);
    try {
      const outcome = await post(this.address, {
        who, answers: this.answers(items, answer, label),
      }).finally(() => this.saves(-1));
      const before = items.filter((item) => item.decision).length;
      for (const [list, saved] of [[outcome.saved, true], [outcome.conflicts, false]]) {
        for (const one of list) this.settle(items, one, saved);
      }
      this.chosen.clear();
      items.forEach((item) => this.redraw(item));
      this.count(this.total, this.decided + items.filter((item) => item.decision).length - before);
      if (outcome.conflicts.length) {
        const [other] = outcome.conflicts;
        say(`${other.decision.who} has decided on ${outcome.conflicts.length} of these meanwhile. Decide again to overrule.`);
        this.focus(place);
      } else {
        // Some pairs of a group may be open still.
        this.next(items.every((item) => item.decision) ? place : place - 1);
      }
      return true;
    } catch (error) {
      say(`Not saved: ${error.message}`);
      return false;
    }
  }

  // Begins (1) or ends (-1) a change that the server's count may have or not have.
  saves(step) {
    this.saving += step;
    this.decisions += 1;
  }

  // To the next that is open.
  next(place) {
    const open = (item) => item && !item.decision;
    let to = this.items.findIndex((item, number) => number > place && open(item));
    if (to < 0) to = this.items.findIndex(open);
    if (to >= 0) this.focus(to); else this.mark();
    if (this.items.length - to < 20) this.more();
  }

  async undo() {
    const who = this.who();
    if (!who) return;
    this.saves(1);
    try {
      const {undone, left} = await post('/api/review/undo', {who, kind: this.kind}).finally(() => this.saves(-1));
      const open = new Set(undone.map((one) => this.items.find((item) => this.concerns(item, one))));
      say(undone.length > 1 ? `${undone.length} decisions are undone.` : 'Undone.');
      if (open.has(undefined)) {      // some of it is not on the page
        await this.show();
        return;
      }
      const before = [...open].filter((item) => item.decision).length;
      for (const one of undone) this.reopen(this.items.find((item) => this.concerns(item, one)), one);
      for (const one of left) this.settle([...open], one);     // an earlier decision counts again
      for (const item of open) this.redraw(item);
      this.count(this.total, this.decided + [...open].filter((item) => item.decision).length - before);
      this.focus(Math.min(...[...open].map((item) => this.items.indexOf(item))));
    } catch (error) {
      say(error.message);
    }
  }

  keydown(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === 'z' && !event.target.closest('input')) {
      event.preventDefault();
      this.undo();
      return;
    }
    if (typing(event)) return;
    const answers = [...document.querySelectorAll('[data-answer]')];
    if (answers[event.key - 1]) {
      event.preventDefault();
      this.decide(answers[event.key - 1].dataset.answer);
      return;
    }
    const columns = this.columns();
    const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns}[event.key];
    if (step && !event.target.closest('select, input, button')) {
      event.preventDefault();
      const to = Math.max(0, Math.min(this.items.length - 1, this.active + step));
      if (event.shiftKey && this.many) this.select(to, true);
      this.focus(to);
    } else if (event.key === ' ' && this.many && event.target.closest('#items') === $('items')
        && event.target.matches('li')) {
      event.preventDefault();
      this.select(this.active);
    } else {
      this.typedKey?.(event);
    }
  }
}

// Who decided what, below an item.
export function verdict(item, words) {
  if (!item.decision) return el('span', {class: 'verdict quiet'});
  return el('span', {class: 'verdict'}, `✓ ${words(item.decision)} `,
    el('small', {}, `${item.decision.who}`));
}

export {ask};
