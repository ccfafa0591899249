// Search by picture: pictures of one product are dropped, pasted or chosen, narrowed to a part if
// need be, and sent; the server's answer names the query, which goes into the address.
import {ask, el} from './common.js';

const MOST = 8;
const $ = (id) => document.getElementById(id);

export class PictureSearch {
  constructor({button, found}) {
    this.found = found;
    this.chosen = [];
    this.dialog = $('pictures');
    button.addEventListener('click', () => this.open());
    $('choose').addEventListener('click', () => $('files').click());
    $('files').addEventListener('change', () => { this.add($('files').files); $('files').value = ''; });
    $('pictures-close').addEventListener('click', () => this.dialog.close());
    $('pictures-go').addEventListener('click', () => this.search());
    this.dialog.addEventListener('close', () => this.clear());
    addEventListener('paste', (event) => {
      const files = images(event.clipboardData);
      if (files.length) { event.preventDefault(); this.open(); this.add(files); }
    });
    let depth = 0;      // of elements that a dragged file is over
    const over = (change) => {
      depth += change;
      document.body.classList.toggle('dragging', depth > 0);
    };
    addEventListener('dragenter', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      over(1);
      this.open();
    });
    addEventListener('dragleave', (event) => { if (event.dataTransfer?.types.includes('Files')) over(-1); });
    addEventListener('dragover', (event) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    });
    addEventListener('drop', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      over(-depth);
      this.add(images(event.dataTransfer));
    });
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  clear() {
    for (const one of this.chosen) URL.revokeObjectURL(one.url);
    this.chosen = [];
    this.show();
  }

  add(files) {
    const free = MOST - this.chosen.length;
    for (const file of [...files].slice(0, free)) {
      this.chosen.push(new Chosen(file, (one) => this.remove(one)));
    }
    this.show(files.length > free ? `${MOST} pictures of one product are the most.` : '');
  }

  remove(one) {
    URL.revokeObjectURL(one.url);
    this.chosen = this.chosen.filter((other) => other !== one);
    this.show();
  }

  show(fault = '') {
    $('chosen').replaceChildren(...this.chosen.map((one) => one.element));
    $('pictures-go').disabled = !this.chosen.length;
    $('crop-hint').hidden = !this.chosen.length;
    $('pictures-fault').textContent = fault;
  }

  async search() {
    const form = new FormData();
    $('pictures-go').disabled = true;
    try {
      for (const one of this.chosen) form.append('pictures', await one.content(), 'picture');
      form.append('k', '1');
      const answer = await ask('/api/search', {method: 'POST', body: form});
      this.dialog.close();
      this.found(answer.query);
    } catch (error) {
      $('pictures-fault').textContent = error.message;
      $('pictures-go').disabled = false;
    }
  }
}

// A chosen picture, with the part of it that is looked at (shares of its sides), or all of it.
class Chosen {
  constructor(file, remove) {
    this.file = file;
    this.url = URL.createObjectURL(file);
    this.part = null;
    this.image = el('img', {src: this.url, alt: file.name || 'pasted picture', draggable: 'false'});
    this.box = el('div', {class: 'box', hidden: true});
    this.cropper = el('div', {
      class: 'cropper', tabindex: '0', role: 'group',
      'aria-label': `Part of ${file.name || 'the pasted picture'}: all of it`}, this.image, this.box);
    const button = el('button', {type: 'button', class: 'plain'}, 'Remove');
    button.addEventListener('click', () => remove(this));
    const all = el('button', {type: 'button', class: 'plain'}, 'Whole picture');
    all.addEventListener('click', () => this.crop(null));
    this.element = el('li', {}, this.cropper, el('span', {}, button, all));
    this.image.addEventListener('error', () => {    // HEIC, say: the server may know it
      this.image.replaceWith(el('span', {class: 'quiet'}, file.name));
    });
    this.cropper.addEventListener('pointerdown', (event) => this.drag(event));
    this.cropper.addEventListener('keydown', (event) => this.key(event));
  }

  drag(event) {
    event.preventDefault();
    this.cropper.focus();
    this.cropper.setPointerCapture(event.pointerId);
    const start = this.place(event);
    const move = (moved) => {
      const end = this.place(moved);
      const [x, y] = [Math.min(start.x, end.x), Math.min(start.y, end.y)];
      const [w, h] = [Math.abs(start.x - end.x), Math.abs(start.y - end.y)];
      this.crop(w > 0.03 && h > 0.03 ? {x, y, w, h} : null);
    };
    this.cropper.addEventListener('pointermove', move);
    this.cropper.addEventListener('pointerup', () => {
      this.cropper.removeEventListener('pointermove', move);
    }, {once: true});
  }

  place(event) {
    const box = this.cropper.getBoundingClientRect();
    const share = (value, from, size) => Math.min(1, Math.max(0, (value - from) / size));
    return {x: share(event.clientX, box.left, box.width), y: share(event.clientY, box.top, box.height)};
  }

  key(event) {
    const step = {ArrowLeft: [-0.05, 0], ArrowRight: [0.05, 0], ArrowUp: [0, -0.05],
      ArrowDown: [0, 0.05]}[event.key];
    if (!step) return;
    event.preventDefault();
    const part = {...(this.part ?? {x: 0.15, y: 0.15, w: 0.7, h: 0.7})};
    if (event.shiftKey) {
      part.w = Math.min(1 - part.x, Math.max(0.1, part.w + step[0]));
      part.h = Math.min(1 - part.y, Math.max(0.1, part.h + step[1]));
    } else {
      part.x = Math.min(1 - part.w, Math.max(0, part.x + step[0]));
      part.y = Math.min(1 - part.h, Math.max(0, part.y + step[1]));
    }
    this.crop(part);
  }

  crop(part) {
    this.part = part;
    this.box.hidden = !part;
    const percent = (share) => `${(100 * share).toFixed(1)}%`;
    if (part) {
      Object.assign(this.box.style, {left: percent(part.x), top: percent(part.y),
        width: percent(part.w), height: percent(part.h)});
    }
    const said = part ? `${percent(part.w)} by ${percent(part.h)}, from ${percent(part.x)}, ${percent(part.y)}`
      : 'all of it';
    this.cropper.setAttribute('aria-label', `Part of ${this.file.name || 'the pasted picture'}: ${said}`);
  }

  // What to send: the file as it is, or the part of it as a PNG.
  async content() {
    if (!this.part || !this.image.naturalWidth) return this.file;
    const {naturalWidth: width, naturalHeight: height} = this.image;
    const canvas = document.createElement('canvas');
    const [w, h] = [this.part.w * width, this.part.h * height].map((side) => Math.max(1, Math.round(side)));
    canvas.width = w;
    canvas.height = h;
    canvas.getContext('2d').drawImage(this.image, this.part.x * width, this.part.y * height, w, h, 0, 0, w, h);
    return new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); });
  }
}

function images(data) {
  return [...(data?.files ?? [])].filter((file) => file.type.startsWith('image/') || !file.type);
}
