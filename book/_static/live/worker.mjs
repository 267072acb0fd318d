// What runs in Python's worker before Pyodide does. The kernel asks for `pyodide.js`; it is given
// this instead, which fetches everything at once, counts the bytes, then lets Pyodide go on.

/**
 * Return the address of a script for the worker, made of `beforePython` and its settings.
 *
 * settings: mirror (folder of Pyodide), lock (Pyodide's), packages (names to load), wheels
 * [{file, size, sha256}], core {file: size}.
 */
export function workerScript(settings) {
  const source = `(${beforePython})(${JSON.stringify(settings)});`;
  return URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
}

/** Runs in the worker, from its own source text: it can use nothing from outside. */
function beforePython({ mirror, lock, packages, wheels, core }) {
  const tell = (news) => self.postMessage({ secondlook: news });
  const nameOf = (url) => new URL(url, mirror).pathname.split('/').pop();
  const counted = { ...core };
  for (const wheel of wheels) counted[wheel.file] = wheel.size;
  const seen = {};
  let told = 0;

  // The page waits for this lock. It is free again when the worker ends, however it ends.
  if (navigator.locks) {
    const life = `second-look-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
    navigator.locks.request(life, () => { tell({ life }); return new Promise(() => {}); });
  }

  const count = (name, bytes) => {
    if (!(name in counted)) return;
    seen[name] = Math.min(bytes, counted[name]);
    const done = Object.values(seen).reduce((sum, n) => sum + n, 0);
    const total = Object.values(counted).reduce((sum, n) => sum + n, 0);
    if (done - told < total / 200 && done < total) return;
    told = done;
    tell({ phase: 'download', done, total });
  };

  const read = async (answer, name, size) => {
    const reader = answer.body.getReader();
    let data = new Uint8Array(size);
    let length = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (length + value.length > data.length) {
        const longer = new Uint8Array(2 * (length + value.length));
        longer.set(data.subarray(0, length));
        data = longer;
      }
      data.set(value, length);
      length += value.length;
      count(name, length);
    }
    return data.subarray(0, length);
  };

  const plainFetch = self.fetch.bind(self);
  const integrity = (hex) => `sha256-${btoa(String.fromCharCode(...hex.match(/../g).map((h) => parseInt(h, 16))))}`;
  const get = async ({ file, size, sha256 }) => {
    const answer = await plainFetch(mirror + file, sha256 ? { integrity: integrity(sha256) } : {})
      .catch(() => null);
    if (!answer?.ok) {
      tell({ missing: mirror + file, status: answer?.status });
      throw new Error(`${file} did not arrive`);
    }
    return read(answer, file, size);
  };
  const early = new Map(wheels.map((wheel) => [wheel.file, get(wheel)]));
  early.set('python_stdlib.zip', get({ file: 'python_stdlib.zip', size: core['python_stdlib.zip'] }));
  for (const data of early.values()) data.catch(() => {});

  self.fetch = async (url, options) => {
    const name = nameOf(url.url ?? url);
    if (early.has(name)) {
      const data = early.get(name);
      early.delete(name); // the memory is free once Pyodide has it
      return new Response(await data, { headers: { 'Content-Type': 'application/zip' } });
    }
    const answer = await plainFetch(url, options).catch((error) => error);
    if (!answer.ok && String(url.url ?? url).startsWith(mirror)) {
      tell({ missing: String(url.url ?? url), status: answer.status });
    }
    if (answer instanceof Error) throw answer;
    return answer;
  };

  // The WebAssembly file streams straight to the compiler (so that the browser can keep what it
  // compiled) and scripts are read by the browser itself: both are counted when they are there.
  new PerformanceObserver((list) => {
    for (const { name: url } of list.getEntries()) {
      const name = nameOf(url);
      if (name in core && !(name in seen)) count(name, core[name]);
    }
  }).observe({ type: 'resource', buffered: true });

  const watch = (work, what) => async (...given) => {
    try {
      return await work(...given);
    } catch (error) {
      tell({ failed: what, message: String(error?.message ?? error) });
      throw error;
    }
  };
  try {
    importScripts(`${mirror}pyodide.js`);
  } catch (error) {
    tell({ missing: `${mirror}pyodide.js` });
    throw error;
  }
  const { loadPyodide } = self;
  self.loadPyodide = watch(async (options) => {
    const lockFileURL = URL.createObjectURL(new Blob([JSON.stringify(lock)]));
    const python = await loadPyodide({ ...options, indexURL: mirror, lockFileURL, packages });
    tell({ phase: 'start' });
    python._api.on_fatal = (error) => tell({ failed: 'run', message: String(error?.message ?? error) });
    python.runPythonAsync = watch(python.runPythonAsync.bind(python), 'start');
    return python;
  }, 'start');
}
