// A product's page: its gallery, what comes later, and its keys.
import {likes, say, typing} from './common.js';

const large = document.getElementById('large');
const small = [...document.querySelectorAll('[data-large]')];
function show(number) {
  const chosen = small[number];
  if (!chosen) return;
  large.src = chosen.dataset.large;
  large.alt = large.alt.replace(/picture \d+/, `picture ${number + 1}`);
  small.forEach((button) => button.setAttribute('aria-current', String(button === chosen)));
}
small.forEach((button, number) => button.addEventListener('click', () => show(number)));
const current = () => small.findIndex((button) => button.getAttribute('aria-current') === 'true');

const like = document.getElementById('like');
function mark() {
  const liked = likes.has(like.dataset.id);
  like.setAttribute('aria-pressed', String(liked));
  like.textContent = liked ? 'Liked' : 'Like, for an order';
}
like.addEventListener('click', () => { likes.toggle(like.dataset.id); mark(); });
mark();

// Parts of the page that take longer: HTML of our own server, in which all texts are escaped.
async function fetchPart(section) {
  const response = await fetch(section.dataset.fragment, {headers: {Accept: 'application/json'}});
  if (!response.ok) {
    const body = await response.json().catch(() => ({}));
    section.querySelector('p')?.replaceChildren(body.error?.message ?? 'The server does not answer.');
    return;
  }
  section.innerHTML = await response.text();
  if (section.querySelector('[data-again]')) setTimeout(() => fetchPart(section), 2000);
}
document.querySelectorAll('[data-fragment]').forEach((section) => {
  fetchPart(section).catch(() => say('The server does not answer.'));
});

document.addEventListener('keydown', (event) => {
  if (typing(event)) return;
  if (event.key === 'ArrowRight') show(current() + 1);
  if (event.key === 'ArrowLeft') show(current() - 1);
  if (event.key === 'l') like.click();
  document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
});
