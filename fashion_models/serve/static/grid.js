// A grid of any number of products: only those in sight, and a few around them, are elements.

const PAGE = 60;        // products asked for at once
const KEPT = 30;        // pages kept
const TEXT = 54;        // pixels below the picture
const GAP = 14;
const SETTLE = 70;      // ms for which a page must stay in sight before it is asked for

export class Grid {
  // load(offset, limit, signal) → {total, products}; tile(product, index) → element;
  // loaded(answer, offset) is told of every answer.
  constructor(element, {load, tile, loaded}) {
    Object.assign(this, {element, load, tile, loaded});
    this.nodes = new Map();
    this.active = 0;
    this.reset();
    addEventListener('scroll', () => this.schedule(), {passive: true});
    new ResizeObserver(() => this.layout()).observe(element);
    element.addEventListener('keydown', (event) => this.key(event));
    element.addEventListener('focusin', (event) => {
      const tile = event.target.closest('.tile');
      if (tile) this.activate(Number(tile.dataset.index));
    });
  }

  reset() {
    this.pending?.abort();
    this.pending = new AbortController();
    this.pages = new Map();
    this.total = null;
    this.active = 0;
    for (const node of this.nodes.values()) node.remove();
    this.nodes.clear();
  }

  // Shows the first page of something new, or the one at a scroll position.
  async show(scroll = 0) {
    this.reset();
    const pending = this.pending;
    const index = scroll && this.columns ? this.firstAt(scroll) : 0;
    await this.fetch(Math.floor(index / PAGE));
    if (pending !== this.pending || this.total === null) return;
    this.layout();
    if (scroll) scrollTo(0, scroll);
    this.render();
  }

  firstAt(scroll) {
    return Math.max(0, Math.floor(scroll / this.pitch)) * this.columns;
  }

  layout() {
    const width = this.element.clientWidth;
    if (!width) return;
    this.columns = Math.max(2, Math.floor((width + GAP) / (width < 560 ? 165 : 214)));
    this.tileWidth = (width - GAP * (this.columns - 1)) / this.columns;
    this.pitch = Math.round(this.tileWidth * 1.12 + TEXT) + GAP;
    const rows = Math.ceil((this.total ?? 0) / this.columns);
    this.element.style.height = `${rows * this.pitch}px`;
    for (const [index, node] of this.nodes) this.place(node, index);
    this.render();
  }

  place(node, index) {
    const x = (index % this.columns) * (this.tileWidth + GAP);
    const y = Math.floor(index / this.columns) * this.pitch;
    node.style.width = `${this.tileWidth}px`;
    node.style.height = `${this.pitch - GAP}px`;
    node.style.transform = `translate(${x}px, ${y}px)`;
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.render(); });
  }

  render() {
    if (!this.total || !this.columns) return;
    const top = -this.element.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor((top - innerHeight / 2) / this.pitch)) * this.columns;
    const last = Math.min(
      this.total, Math.ceil((top + innerHeight * 1.5) / this.pitch) * this.columns);
    for (const [index, node] of this.nodes) {
      if ((index < first || index >= last) && index !== this.active) {
        node.remove();
        this.nodes.delete(index);
      }
    }
    const missing = new Set();
    for (let index = first; index < last; index += 1) {
      const product = this.product(index);
      const node = this.nodes.get(index);
      if (!node || (product && node.classList.contains('waiting'))) this.put(index, product, node);
      if (!product) missing.add(Math.floor(index / PAGE));
    }
    clearTimeout(this.settle);
    if (missing.size) {
      this.settle = setTimeout(() => missing.forEach((page) => this.fetch(page)), SETTLE);
    }
  }

  put(index, product, old) {
    const node = product ? this.tile(product, index) : waiting();
    node.dataset.index = index;
    node.setAttribute('role', 'listitem');
    node.setAttribute('aria-setsize', this.total);
    node.setAttribute('aria-posinset', index + 1);
    const target = node.querySelector('a') ?? node;
    target.tabIndex = index === this.active ? 0 : -1;
    this.place(node, index);
    const focused = old?.contains(document.activeElement);
    if (old) old.replaceWith(node); else this.insert(node, index);
    this.nodes.set(index, node);
    if (focused) target.focus({preventScroll: true});
  }

  // In the order of the products, as screen readers and Tab expect.
  insert(node, index) {
    let after = null;
    for (const child of this.element.children) {
      if (Number(child.dataset.index) > index) { after = child; break; }
    }
    this.element.insertBefore(node, after);
  }

  product(index) {
    return this.pages.get(Math.floor(index / PAGE))?.products?.[index % PAGE];
  }

  async fetch(page) {
    if (this.pages.has(page)) return;
    this.pages.set(page, {});
    const {pending} = this;
    try {
      const answer = await this.load(page * PAGE, PAGE, pending.signal);
      if (pending !== this.pending) return;
      this.pages.delete(page);
      this.pages.set(page, answer);
      for (const old of this.pages.keys()) {
        if (this.pages.size <= KEPT) break;
        this.pages.delete(old);
      }
      const first = this.total === null;
      this.total = answer.total;
      this.loaded(answer, page * PAGE);
      if (!first) this.render();
    } catch (error) {
      if (pending !== this.pending) return;
      this.pages.delete(page);
      this.loaded({error});
    }
  }

  activate(index) {
    if (index === this.active) return;
    const old = this.nodes.get(this.active);
    if (old) (old.querySelector('a') ?? old).tabIndex = -1;
    this.active = index;
    const node = this.nodes.get(index);
    if (node) (node.querySelector('a') ?? node).tabIndex = 0;
  }

  key(event) {
    const rows = Math.max(1, Math.floor(innerHeight / this.pitch) - 1);
    const step = {
      ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns,
      PageDown: rows * this.columns, PageUp: -rows * this.columns,
      Home: -this.active, End: this.total - 1 - this.active}[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.focus(Math.min(this.total - 1, Math.max(0, this.active + step)));
  }

  focus(index) {
    const y = Math.floor(index / this.columns) * this.pitch;
    const top = this.element.getBoundingClientRect().top;
    const above = 150;      // what sticks to the top of the window
    if (top + y < above) scrollBy(0, top + y - above);
    if (top + y + this.pitch > innerHeight) scrollBy(0, top + y + this.pitch - innerHeight);
    this.activate(index);
    this.render();
    const node = this.nodes.get(index);
    if (!node) return;
    (node.querySelector('a') ?? node).tabIndex = 0;
    (node.querySelector('a') ?? node).focus({preventScroll: true});
  }
}

function waiting() {
  const node = document.createElement('div');
  node.className = 'tile waiting';
  const photo = document.createElement('div');
  photo.className = 'photo';
  node.append(photo);
  return node;
}
