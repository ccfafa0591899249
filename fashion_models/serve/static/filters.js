// The filters beside a grid: a group of check boxes for each task, with counts.
import {el} from './common.js';

const SHOWN = 10;       // labels of a task before "more"

export class Filters {
  // params() → URLSearchParams with where=task=label; change(params) is called with new ones.
  constructor(element, {params, change}) {
    Object.assign(this, {element, params, change});
    this.open = new Set();
    this.folded = new Set();
    element.addEventListener('change', (event) => this.toggle(event.target));
  }

  show(facets) {
    const chosen = new Set(this.params().getAll('where'));
    const focused = document.activeElement?.value;
    this.element.replaceChildren(...Object.entries(facets).map(
      ([task, counts]) => this.group(task, counts, chosen)));
    if (focused) [...this.element.querySelectorAll('input')].find(
      (box) => box.value === focused)?.focus({preventScroll: true});
  }

  group(task, counts, chosen) {
    const labels = Object.entries(counts);
    for (const condition of chosen) {   // what is asked for stays, even if nothing has it now
      const label = condition.slice(task.length + 1);
      if (condition.startsWith(`${task}=`) && !(label in counts)) labels.push([label, 0]);
    }
    const all = this.open.has(task);
    const seen = labels.filter(([label], number) => all || number < SHOWN
      || chosen.has(`${task}=${label}`));
    const field = el('fieldset', {}, el('legend', {class: 'hidden-text'}, title(task)),
      ...seen.map(([label, count]) => el('label', {},
        checkbox(`${task}=${label}`, chosen), el('span', {}, label),
        el('span', {}, count.toLocaleString('en')))));
    if (labels.length > seen.length || all) {
      const more = el('button', {type: 'button', class: 'plain', 'aria-expanded': String(all)},
        all ? 'Fewer' : `${labels.length - seen.length} more`);
      more.addEventListener('click', () => {
        if (all) this.open.delete(task); else this.open.add(task);
        field.parentElement.replaceWith(this.group(task, counts, chosen));
      });
      field.append(more);
    }
    const group = el('details', {open: !this.folded.has(task)},
      el('summary', {}, title(task)), field);
    group.addEventListener('toggle', () => {
      if (group.open) this.folded.delete(task); else this.folded.add(task);
    });
    return group;
  }

  toggle(box) {
    const params = this.params();
    const rest = params.getAll('where').filter((condition) => condition !== box.value);
    params.delete('where');
    for (const condition of box.checked ? [...rest, box.value] : rest) {
      params.append('where', condition);
    }
    this.change(params);
  }
}

function checkbox(value, chosen) {
  const box = el('input', {type: 'checkbox', value});
  box.checked = chosen.has(value);
  return box;
}

export function title(task) {
  const words = task.replaceAll('_', ' ');
  return words[0].toUpperCase() + words.slice(1);
}
