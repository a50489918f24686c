// Tests of several secrets with each result as soon as it is there, and a way to stop. The server sends a line of JSON for each
// step, with HTML in the reader's language; this script has no texts of its own.

/**
 * Begins the tests. Fails if they cannot begin here: then the form is sent as without this script, and its page says why.
 * @param {HTMLFormElement} form The form with the selected secrets.
 * @param {string} address Where it is sent.
 */
export async function run(form, address) {
  if (form.getAttribute('aria-busy') === 'true') return;
  form.setAttribute('aria-busy', 'true');
  try {
    const stop = new AbortController();
    const fields = new FormData(form);
    const body = new URLSearchParams([...fields].map(([name, value]) => [name, String(value)]));
    const headers = { accept: 'application/x-ndjson' };
    const answer = await fetch(address, { method: 'POST', headers, body, signal: stop.signal });
    const read = answer.ok && answer.headers.get('content-type') === headers.accept && answer.body?.getReader();
    if (!read) throw new Error('no tests have begun');
    void follow(read, stop);
  } finally {
    form.removeAttribute('aria-busy');
  }
}

/** @param {ReadableStreamDefaultReader<Uint8Array>} read @param {AbortController} stop */
async function follow(read, stop) {
  const pressed = (/** @type {Event} */ event) => {
    if (/** @type {Element} */ (event.target).closest?.('[data-stop-tests]')) stop.abort();
  };
  // Whoever goes to another page wants no more of it.
  const left = () => stop.abort();
  document.addEventListener('click', pressed);
  window.addEventListener('pagehide', left);
  try {
    for await (const line of lines(read)) show(JSON.parse(line));
    // Otherwise the end was missing, and the last page has no results that wait.
    if (document.querySelector('[data-running]')) halt('[data-broken]');
  } catch {
    halt(stop.signal.aborted ? '[data-stopped]' : '[data-broken]');
  } finally {
    document.removeEventListener('click', pressed);
    window.removeEventListener('pagehide', left);
  }
}

/** @param {ReadableStreamDefaultReader<Uint8Array>} read */
async function* lines(read) {
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await read.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}

/** @param {{ page?: string, title: string, address: string, id: string, row: string, progress: string }} line */
function show(line) {
  if (line.page !== undefined) {
    const main = document.getElementById('main');
    if (!main) return;
    const first = !main.querySelector('[data-running]');
    // The focus goes with what had it, unless it is in the navigation by now.
    const focus = first || main.contains(document.activeElement);
    main.innerHTML = line.page;
    if (first) {
      document.title = line.title;
      // Back leads to the page before, which is loaded again, and so is the list under this address.
      history.pushState(null, '', line.address);
      addEventListener('popstate', () => location.reload(), { once: true });
      scrollTo(0, 0);
    }
    if (focus) main.focus({ preventScroll: true });
    return;
  }
  const row = document.getElementById(line.id);
  if (row) row.outerHTML = line.row;
  const tested = `[value="${line.id.slice('tested-'.length)}"]`;
  document.querySelectorAll(`[data-stopped] ${tested}, [data-broken] ${tested}`).forEach((input) => input.remove());
  const progress = document.querySelector('[data-progress]');
  if (progress) progress.textContent = line.progress;
}

/** @param {string} why Which of the forms for the rest is shown. */
function halt(why) {
  const running = document.querySelector('[data-running]');
  const rest = document.querySelector(why);
  if (!running || !rest) return;
  const progress = running.querySelector('[data-progress]');
  progress?.classList.add('lead');
  running.replaceWith(...(progress ? [progress] : []));
  rest.removeAttribute('hidden');
  rest.querySelector('button')?.focus();
}
