// Python in the page: thebe-core and thebe-lite on the site's own Pyodide. Nothing here knows about
// cells or about the look of the page.
import { workerScript } from './worker.mjs';

// What the kernel wants to have; any that it is not told of it would look for on the network.
const KERNEL = ['ssl', 'sqlite3', 'ipykernel', 'comm', 'pyodide_kernel', 'ipython', 'micropip', 'piplite'];
// Encrypted connections, completion while typing: a page has no use for them, and without them
// Python is there sooner.
const SPARED = ['ssl', 'jedi'];
const PLUGIN = '@jupyterlite/pyodide-kernel-extension:kernel';
const NO_MATHJAX_2 = { mathjaxUrl: '', mathjaxConfig: '' };

/** A reason why Python cannot run, as a sentence for the reader. */
export class Trouble extends Error {}

/** Say why this browser cannot run Python at all, or return undefined. */
export function unfit() {
  const others = 'A current Firefox, Chrome, Edge or Safari can.';
  if (location.protocol === 'file:') {
    return 'This page was opened as a file, and Python starts only from a web server. '
      + 'Type make serve in the course’s folder.';
  }
  if (typeof WebAssembly !== 'object') {
    return `This browser has no WebAssembly, so it cannot run Python in a page. ${others}`;
  }
  if (typeof Worker !== 'function') {
    return `This browser cannot run Python beside a page. ${others}`;
  }
}

/** Return the modules that the sources import, each once, in order. */
export function importedModules(sources) {
  const found = new Set();
  for (const source of sources) {
    for (const [, from, names] of source.matchAll(
      /^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([^#;\n]+))/gm,
    )) {
      if (from) found.add(from);
      else names.split(',').forEach((part) => found.add(part.trim().split(/\s/)[0]));
    }
  }
  return [...found].filter((name) => /^[A-Za-z_][\w.]*$/.test(name));
}

const normal = (name) => name.toLowerCase().replace(/[_.]/g, '-');

/** Return the lock without the ties to what is spared. */
export function lighter(lock) {
  const wanted = (name) => !SPARED.includes(normal(name));
  const packages = Object.entries(lock.packages).map(
    ([name, entry]) => [name, { ...entry, depends: entry.depends.filter(wanted) }],
  );
  return { ...lock, packages: Object.fromEntries(packages) };
}

/** Return the lock's entries for the packages that hold these modules and all they depend on. */
export function neededPackages(lock, modules) {
  const top = (module) => module.split('.')[0];
  const tops = new Set(modules.map(top));
  const byName = new Map(Object.entries(lock.packages).map(([name, p]) => [normal(name), p]));
  const todo = KERNEL.map(normal).filter((name) => !SPARED.includes(name));
  for (const [name, entry] of byName) {
    if (entry.imports.some((module) => tops.has(top(module)))) todo.push(name);
  }
  const needed = new Map();
  while (todo.length) {
    const name = todo.pop();
    if (needed.has(name) || !byName.has(name)) continue;
    needed.set(name, byName.get(name));
    todo.push(...byName.get(name).depends.map(normal));
  }
  return [...needed.values()];
}

function missing(url, status) {
  const name = new URL(url, location.href).pathname.split('/').pop();
  return `The file ${name} did not arrive${status ? ` (the server answered ${status})` : ''}. `
    + (navigator.onLine === false ? 'This device is offline.' : 'Check the connection.');
}

/** Return what matters of an error's text: of a traceback, the line that names the exception. */
function shortly(text) {
  const lines = String(text).trim().split('\n');
  const named = lines.filter((line) => /^[\w.]*(Error|Exception|Interrupt|Exit)\b/.test(line));
  const line = named.at(-1) ?? lines[0];
  return line.length > 160 ? `${line.slice(0, 159)}…` : line.replace(/[.]$/, '');
}

// --- what a page loads a single time, however often Python is restarted --------------------------

const loaded = new Map();

function once(key, load) {
  if (!loaded.has(key)) {
    loaded.set(key, load().catch((error) => {
      loaded.delete(key); // so that a second try can do better
      throw error;
    }));
  }
  return loaded.get(key);
}

async function json(url) {
  const answer = await fetch(url).catch(() => null);
  if (!answer?.ok) throw new Trouble(missing(url, answer?.status));
  return answer.json();
}

function element(tag, attributes, place) {
  return new Promise((done, failed) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.onload = done;
    made.onerror = () => {
      made.remove();
      failed(new Trouble(missing(attributes.src ?? attributes.href)));
    };
    place(made);
  });
}

async function script(url) {
  // The theme may have brought require.js: these bundles must not register themselves there.
  const { define } = window;
  window.define = undefined;
  try {
    await element('script', { src: url }, (made) => document.head.append(made));
  } finally {
    window.define = define;
  }
}

/** ipywidgets asks MathJax 2's hub to set its labels: the page has MathJax 3. */
function answerMathJax2() {
  const math = (window.MathJax ??= {});
  math.Hub ??= {
    Queue(...jobs) {
      for (const job of jobs) {
        if (Array.isArray(job) && job[0] === 'Typeset') window.MathJax.typesetPromise?.([job[2]]);
      }
    },
  };
}

async function bundles(base) {
  const vendor = `${base}vendor/`;
  // The site's own styles come after these, so that they have the last word.
  const style = { rel: 'stylesheet', href: `${vendor}thebe-core/thebe-core.css` };
  await Promise.all([
    element('link', style, (made) => document.head.prepend(made)),
    script(`${vendor}thebe-lite/thebe-lite.min.js`).then(() => script(`${vendor}thebe-core/thebe-core.min.js`)),
  ]);
  answerMathJax2();
}

/** The kernels' server lives in the page; each kernel is a worker of it. */
async function startServer(pyodideUrl) {
  const { thebeCore: { api }, thebeLite } = window;
  const { startJupyterLiteServer } = thebeLite;
  const kernel = {
    pyodideUrl,
    pipliteUrls: [],
    disablePyPIFallback: true,
    loadPyodideOptions: { packages: KERNEL },
  };
  thebeLite.startJupyterLiteServer = (config) => startJupyterLiteServer({
    ...config,
    litePluginSettings: { [PLUGIN]: kernel },
  });
  const config = api.makeConfiguration({
    kernelOptions: { kernelName: 'python', path: '/page.ipynb' },
    savedSessionOptions: { enabled: false },
    ...NO_MATHJAX_2,
  }, api.makeEvents());
  // It would install a service worker, which only notebooks need: to it, there are none here.
  Object.defineProperty(navigator, 'serviceWorker', { value: undefined, configurable: true });
  try {
    const server = api.connectToJupyterLite(config);
    await server.ready;
    return server;
  } finally {
    delete navigator.serviceWorker; // what the browser has shows again
  }
}

// --- one Python ----------------------------------------------------------------------------------

/** Start Python, run code in it, hear of its progress and of its end. */
export class Python {
  /**
   * base: the site's root. sources: all code that is to run. tell: is given what happens:
   * {phase: 'download', done, total} (bytes), {phase: 'start'}, {phase: 'import', modules}.
   */
  constructor({ base, sources, tell }) {
    Object.assign(this, { base, sources, tell, stopped: false });
    /** Rejects with a Trouble if Python ends by itself; never settles otherwise. */
    this.ended = new Promise((_, failed) => { this.fail = failed; });
    this.ended.catch(() => {});
  }

  /** Start, with the modules imported and these environment variables set. */
  async start(environment) {
    const reason = unfit();
    if (reason) throw new Trouble(reason);
    try {
      await Promise.race([this.#start(environment), this.ended]);
    } catch (error) {
      const told = error instanceof Trouble
        ? error
        : new Trouble(`Python did not start (${shortly(error?.message ?? error)}).`);
      this.fail(told);
      this.stop();
      throw told;
    }
  }

  async #start(environment) {
    const mirror = `${this.base}lite/static/pyodide/`;
    const modules = importedModules(this.sources);
    const [lock, sizes] = await Promise.all([
      once('lock', () => json(`${mirror}pyodide-lock.json`).then(lighter)),
      once('sizes', () => json(`${mirror}sizes.json`)),
      once('bundles', () => bundles(this.base)),
    ]);
    const server = await once('server', () => {
      const packages = neededPackages(lock, modules);
      return startServer(workerScript({
        mirror,
        lock,
        core: pick(sizes.core, ['pyodide.asm.js', 'pyodide.asm.wasm', 'python_stdlib.zip']),
        packages: packages.map((entry) => entry.name),
        wheels: packages.map(({ file_name: file, sha256 }) => ({ file, sha256, size: sizes.packages[file] })),
      }));
    });
    await this.#session(server);
    await this.#prepare(environment, modules);
  }

  async #session(server) {
    const python = this;
    const { Worker } = window;
    window.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        python.#hear(this);
      }
    };
    try {
      this.rendermime = window.thebeCore.api.makeRenderMimeRegistry(NO_MATHJAX_2);
      this.config = server.config;
      this.session = await server.startNewSession(this.rendermime);
    } finally {
      window.Worker = Worker;
    }
    if (this.stopped) this.stop();
  }

  #hear(worker) {
    this.worker = worker;
    worker.addEventListener('error', (event) => this.#end(event.message));
    worker.addEventListener('message', ({ data }) => {
      const news = data?.secondlook;
      if (!news) return;
      if (news.life) navigator.locks.request(news.life, () => this.#end());
      else if (news.missing) this.fail(new Trouble(missing(news.missing, news.status)));
      else if (news.failed === 'start') this.fail(new Trouble(`Python did not start (${shortly(news.message)}).`));
      else if (news.failed) this.#end(news.message);
      else if (!this.stopped) this.tell(news);
    });
  }

  /** Python is gone though nobody stopped it. */
  #end(message = '') {
    if (this.stopped) return;
    const memory = /memory|allocat|array buffer/i.test(message);
    this.fail(new Trouble(memory
      ? 'Python ran out of memory and stopped. Closing other tabs may help.'
      : `Python stopped unexpectedly${message ? ` (${shortly(message)})` : ''}.`));
  }

  async #prepare(environment, modules) {
    await this.setEnvironment(environment);
    this.tell({ phase: 'import', modules });
    // A module that is not there is for its cell to report.
    await this.run(`
def _import(names):
    import importlib
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:
            pass
_import(${JSON.stringify(modules)})
del _import`);
  }

  /** Set environment variables, a text each. */
  async setEnvironment(variables) {
    const text = JSON.stringify(JSON.stringify(variables)); // JSON's strings are Python's too
    await this.run(`__import__("os").environ.update(__import__("json").loads(${text}))`);
  }

  /** Run code that shows nothing. */
  async run(code) {
    const future = this.session.kernel.requestExecute({ code, silent: true, store_history: false });
    const reply = await Promise.race([future.done, this.ended]);
    if (reply.content.status !== 'ok') throw new Error(`${reply.content.ename}: ${reply.content.evalue}`);
  }

  /** Return what runs `code` and shows it in `box`: {run, dispose}. */
  output(code, id, box) {
    const { ThebeCodeCell } = window.thebeCore.module;
    const cell = new ThebeCodeCell(id, 'page', code, this.config, {}, this.rendermime);
    cell.attachSession(this.session);
    cell.attachToDOM(box);
    return {
      /** Resolves with {name, message} of the exception that ended the code, or undefined. */
      run: async () => {
        const result = await Promise.race([cell.execute(), this.ended]);
        const error = result ? result.error?.[0] : { ename: 'Interrupted', evalue: 'Python was stopped' };
        // the kernel says <class 'NameError'> where others say NameError
        return error && { name: error.ename.replace(/^<class '(.*)'>$/, '$1'), message: error.evalue };
      },
      /** Let go of what is shown, while it still stands on the page. */
      dispose: () => cell.area.isDisposed || cell.area.dispose(),
    };
  }

  /** End Python at once, whatever it is doing. */
  stop() {
    this.stopped = true;
    this.fail(new Trouble('Python was stopped.'));
    this.worker?.terminate();
    this.session?.shutdown().catch(() => {}); // its kernel may already be gone
  }
}

function pick(object, names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}
