// Times in the reader's own zone, in the language of the page. Without this script they are in UTC. A relative time shows the
// exact one in its title, and in its place when it is pressed, by pointer, touch or Enter: in a table, all at once.

const language = document.documentElement.lang || 'en';
// English is written by the reader's own habits: the day or the month first, 24 hours or 12.
const locale = language === 'en' ? (navigator.languages.find((own) => own.startsWith('en')) ?? language) : language;
const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long' });
// On the page itself, where widths are tight: with seconds where the server gives them.
const short = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const precise = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
const inUtc = exact.resolvedOptions().timeZone === 'UTC';

/** @param {ParentNode} root Whatever has come into the page. */
function localize(root) {
  for (const time of root.querySelectorAll('time[datetime*=T]:not([data-local])')) {
    const at = new Date(time.getAttribute('datetime') ?? '');
    if (Number.isNaN(at.getTime())) continue;
    const utc = time.getAttribute('title');
    const said = utc ?? time.textContent ?? '';
    const local = inUtc ? said : (/:\d\d:\d\d/.test(said) ? precise : short).format(at);
    time.setAttribute('data-local', local);
    if (!inUtc) time.setAttribute('title', `${exact.format(at)} (${said})`);
    if (utc === null) {
      // An exact time, which may take two lines.
      time.setAttribute('data-utc', '');
      time.textContent = local;
    } else {
      // One stop for the keyboard in each table.
      const table = time.closest('table');
      if (!time.closest('a, button') && (!table || !table.querySelector('time[tabindex]'))) time.setAttribute('tabindex', '0');
      time.setAttribute('data-relative', time.textContent ?? '');
    }
  }
}

/** @param {Event} event */
function toggle(event) {
  const pressed = /** @type {Element} */ (event.target).closest?.('time[data-relative]');
  if (!pressed || pressed.closest('a, button')) return;
  const shown = pressed.hasAttribute('data-exact');
  const table = pressed.closest('table');
  for (const time of table ? table.querySelectorAll('time[data-relative]') : [pressed]) {
    time.toggleAttribute('data-exact', !shown);
    time.textContent = time.getAttribute(shown ? 'data-relative' : 'data-local');
  }
}

// A day in a form is the reader's own: a stored time is shown as its day here, and the zone is sent along with the day, whose
// last second counts.
for (const day of document.querySelectorAll('input[type=date]')) {
  if (!(day instanceof HTMLInputElement)) continue;
  const zone = day.form?.elements.namedItem('expires_zone');
  if (!(zone instanceof HTMLInputElement)) continue;
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  const stored = new Date(day.dataset.at ?? '');
  if (!Number.isNaN(stored.getTime())) {
    const local = `${String(stored.getFullYear()).padStart(4, '0')}-${two(stored.getMonth() + 1)}-${two(stored.getDate())}`;
    // A field that holds what it did at first has not been changed.
    day.defaultValue = local;
    day.value = local;
  }
  const note = () => {
    const end = new Date(`${day.value}T23:59:59`);
    zone.value = Number.isNaN(end.getTime()) ? '' : String(-end.getTimezoneOffset());
  };
  note();
  day.addEventListener('change', note);
}

// Whoever has chosen nothing yet is proposed their own zone.
const ownZone = document.querySelector('input[data-own-zone]');
if (ownZone instanceof HTMLInputElement && ownZone.value === 'UTC') ownZone.value = exact.resolvedOptions().timeZone;

localize(document);
document.addEventListener('click', toggle);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') toggle(event);
});
new MutationObserver((changes) => {
  if (changes.some((change) => [...change.addedNodes].some((node) => node instanceof Element))) localize(document);
}).observe(document.body, { childList: true, subtree: true });
