// The search over everything as a dialog over any page, loaded when it is first asked for. What it shows is the part
// `#found` of the page /search, or the text that the link brings; it has none of its own.

/** @type {HTMLDialogElement | undefined} */
let dialog;

/** @param {HTMLAnchorElement} link The link to the search in the navigation. */
export function open(link) {
  dialog ??= make(link.href, link.textContent?.trim() ?? '', link.dataset.unreachable ?? '');
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('input')?.select();
}

/** @param {string} address @param {string} label @param {string} unreachable The message when the portal does not answer. */
function make(address, label, unreachable) {
  const made = document.createElement('dialog');
  made.className = 'search';
  made.setAttribute('aria-label', label);
  const form = Object.assign(document.createElement('form'), { action: address });
  form.setAttribute('role', 'search');
  const input = Object.assign(document.createElement('input'), {
    type: 'search',
    name: 'q',
    maxLength: 200,
    autocomplete: 'off',
    spellcheck: false,
    placeholder: label,
  });
  input.setAttribute('aria-label', label);
  const status = document.createElement('p');
  status.className = 'unseen';
  status.setAttribute('role', 'status');
  const found = document.createElement('div');
  found.className = 'found';
  form.append(input);
  made.append(form, status, found);
  document.body.append(made);

  /** @type {string | undefined} The words whose results are shown. */
  let shown;
  /** @type {number | undefined} */
  let timer;
  let request = new AbortController();
  const links = () => [...found.querySelectorAll('a')];

  const load = async () => {
    const words = input.value.trim();
    request.abort();
    if (words === shown) return;
    request = new AbortController();
    const page = `${address}?q=${encodeURIComponent(words)}`;
    try {
      const answer = await fetch(page, { signal: request.signal });
      const part = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('found');
      // A failure, or the sign-in: the page itself says so.
      if (!part) return location.assign(page);
      found.replaceChildren(...part.childNodes);
      status.textContent = found.querySelector('.said')?.textContent ?? '';
      shown = words;
    } catch {
      if (request.signal.aborted) return;
      // What was typed stays; Enter opens the page, which the browser then reports on.
      const said = Object.assign(document.createElement('p'), { className: 'said', textContent: unreachable });
      found.replaceChildren(said);
      status.textContent = unreachable;
      shown = undefined;
    }
  };

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(load, 150);
  });
  form.addEventListener('submit', (event) => {
    const [first] = links();
    // Before the results are there, Enter opens the page.
    if (!first || shown !== input.value.trim() || !shown) return;
    event.preventDefault();
    first.click();
  });
  made.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.isComposing) return;
    event.preventDefault();
    const stops = [input, ...links()];
    const at = stops.indexOf(/** @type {any} */ (document.activeElement));
    stops[(at + step + stops.length) % stops.length]?.focus();
  });
  made.addEventListener('click', (event) => {
    if (event.target === made) made.close();
  });
  void load();
  return made;
}
