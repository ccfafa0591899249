// The list of keys that every page has.
import {typing} from './common.js';

const dialog = document.getElementById('keys');
document.getElementById('help').addEventListener('click', () => dialog.showModal());
document.addEventListener('keydown', (event) => {
  if (event.key === '?' && !typing(event)) {
    event.preventDefault();
    dialog.showModal();
  }
});
