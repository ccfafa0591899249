// What the pages share: elements, requests, messages, likes.

// el('a', {href: '/'}, 'text', child): texts are texts, never markup.
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? '' : value);
    }
  }
  made.append(...children);
  return made;
}

// JSON from our own server; an error has the server's own words.
export async function ask(address, options = {}) {
  let response;
  try {
    response = await fetch(address, {headers: {Accept: 'application/json'}, ...options});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server does not answer.');
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    const error = new Error(body.error?.message ?? `The server answered ${response.status}.`);
    throw Object.assign(error, {status: response.status});
  }
  return body;
}

export function post(address, value) {
  return ask(address, {
    method: 'POST', body: JSON.stringify(value),
    headers: {'Accept': 'application/json', 'Content-Type': 'application/json'}});
}

let hide;
export function say(text) {
  const toast = document.getElementById('toast');
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => { toast.hidden = true; }, 6000);
}

export function picture(product, side, number = 0) {
  return `${product.pictures[number]}&side=${side}`;
}

// Whether a key is meant for a field, or is a shortcut of the browser's.
export function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey
    || event.target.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, dialog');
}

// Whether an arrow key is pressed while nothing has the focus: it leads into the products.
export function entering(event) {
  return event.key.startsWith('Arrow') && document.activeElement === document.body;
}

// Products that somebody liked while browsing; the order page begins with them.
const LIKES = 'fashion_models likes';
export const likes = {
  all() {
    try { return JSON.parse(localStorage.getItem(LIKES)) ?? []; } catch { return []; }
  },
  has(id) { return this.all().includes(id); },
  toggle(id) {
    const rest = this.all().filter((other) => other !== id);
    const liked = rest.length === this.all().length;
    this.set(liked ? [...rest, id] : rest);
    return liked;
  },
  set(ids) { localStorage.setItem(LIKES, JSON.stringify(ids.slice(-50))); },
};

const HEART = 'M12 20s-7-4.500-7-9.500A3.800 3.800 0 0 1 12 8a3.800 3.800 0 0 1 7 2.500C19 15.500 12 20 12 20z';
const CROSS = 'M6 6l12 12M18 6L6 18';
export function mark(kind, label, pressed) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', kind === 'like' ? HEART : CROSS);
  svg.append(path);
  return el('button', {
    'class': `mark ${kind}`, 'type': 'button', 'aria-label': label, 'title': label,
    'aria-pressed': String(pressed)}, svg);
}
