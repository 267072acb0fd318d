// Make this page live: the bar under the title of a page that has code cells, and what it does.
// Nothing of Python is fetched before the reader asks for it; the rest is in live/*.mjs.
(() => {
  const root = document.documentElement;
  const base = new URL(root.dataset.content_root || './', document.baseURI).href;
  const WORDS = {
    off: 'Everything here can be read as it is. Live, the labs move and the code can be changed. '
      + 'Python runs in your browser; nothing you do is sent anywhere.',
    linked: 'The link you followed sets a lab on this page. Make the page live to see it so.',
    ready: 'This page is live: move what can be moved, change the code and run it.',
  };
  const MEGABYTE = 1e6;
  // Where the bar of progress stands when each step begins, in percent.
  const STEP = { download: 0, start: 45, import: 65, cells: 75 };

  /** The bar: buttons, the sentence that says what is happening, the bar of progress. */
  class Bar {
    constructor({ notebook, go, restart }) {
      this.go = this.#button('live-go', 'Make this page live', go);
      this.restart = this.#button('live-restart', 'Restart Python', restart);
      this.restart.hidden = true;
      const link = document.createElement('a');
      link.className = 'live-notebook';
      link.textContent = 'Open as a notebook';
      link.href = `${base}lite/notebooks/index.html?path=${encodeURI(notebook)}`;
      this.status = document.createElement('p');
      this.status.className = 'live-status';
      this.status.setAttribute('role', 'status');
      this.progress = document.createElement('progress');
      Object.assign(this.progress, { className: 'live-progress', max: 100, value: 0 });
      this.progress.setAttribute('aria-label', 'Making this page live');
      const buttons = document.createElement('div');
      buttons.className = 'live-buttons';
      buttons.append(this.go, this.restart, link);
      this.node = document.createElement('div');
      this.node.className = 'live-bar';
      this.node.setAttribute('role', 'group');
      this.node.setAttribute('aria-label', 'Live Python on this page');
      const news = document.createElement('div');
      news.className = 'live-news';
      news.append(this.progress, this.status);
      this.node.append(buttons, news);
    }

    #button(name, text, act) {
      const made = document.createElement('button');
      Object.assign(made, { type: 'button', className: name, textContent: text });
      // aria-disabled and not disabled: a button that vanishes from under the focus loses it
      made.addEventListener('click', () => made.getAttribute('aria-disabled') === 'true' || act());
      return made;
    }

    /** `quiet`: to be seen, not to be read out, because another follows at once. */
    say(text, quiet = false) {
      this.status.setAttribute('aria-live', quiet ? 'off' : 'polite');
      if (this.status.textContent !== text) this.status.textContent = text;
    }

    move(percent) {
      this.progress.value = percent;
    }

    /** Show one of the four states. `alive`: there is a Python to restart. */
    show(state, alive) {
      root.dataset.live = state;
      this.go.setAttribute('aria-disabled', String(state === 'starting'));
      this.go.textContent = {
        off: 'Make this page live',
        starting: 'Making this page live',
        ready: 'Run all again',
        failed: alive ? 'Run all again' : 'Try again',
      }[state];
      this.restart.hidden = !alive;
      this.node.classList.toggle('live-busy', state === 'starting');
    }
  }

  class LivePage {
    constructor(data) {
      this.data = data;
      this.work = Promise.resolve(); // one thing at a time, in order
      this.bar = new Bar({
        notebook: data.notebook,
        go: () => (this.python ? this.#again() : this.#start()),
        restart: () => this.#restart(),
      });
      const title = document.querySelector('article h1') ?? document.querySelector('h1');
      title.after(this.bar.node);
      this.#show('off');
      const linked = linkedLab();
      this.bar.say(linked ? WORDS.linked : WORDS.off);
      linked?.scrollIntoView();
    }

    /** Show a state; the bar may grow or shrink, and what the reader looks at stays. */
    #show(state) {
      const act = () => this.bar.show(state, Boolean(this.python?.session));
      if (this.keepPlace) this.keepPlace(act);
      else act();
    }

    async #start(after = '') {
      this.#show('starting');
      this.bar.move(0);
      this.bar.say(`${after}Getting ready.`);
      performance.mark('live-click');
      let python;
      try {
        const modules = await load();
        this.keepPlace = modules.keepPlace;
        this.cells ??= modules.readCells(this.data);
        python = new modules.Python({
          base,
          sources: this.cells.map((cell) => cell.source),
          tell: (news) => this.python === python && this.#report(news),
        });
        this.python = python;
        python.ended.catch((error) => this.#lost(python, error));
        await python.start({ SECONDLOOK_LINK: location.hash });
        performance.mark('live-python');
        this.cells.forEach((cell) => modules.makeEditable(cell, () => this.#runOne(cell)));
        this.#lockEditors(false);
        await this.#queue(python, () => this.#runAll(python));
      } catch (error) {
        if (python) this.#lost(python, error);
        else this.#failed(error.message);
      }
    }

    #report({ phase, done, total, modules }) {
      const last = this.phase;
      this.phase = phase;
      if (phase === 'download' && done < total) {
        this.bar.move((STEP.start * done) / total);
        this.#saySometimes(`Downloading ${megabytes(done)} of ${megabytes(total)} MB.`, last !== phase);
      } else if (phase === 'import') {
        this.bar.move(STEP.import);
        this.bar.say(`Importing ${list(modules.map((name) => name.split('.')[0]))}.`);
      } else {
        this.bar.move(phase === 'start' ? (STEP.start + STEP.import) / 2 : STEP.start);
        this.bar.say('Starting Python.');
      }
    }

    /** Fifty sentences a second are no use, to the eye or to a screen reader. */
    #saySometimes(text, now) {
      const time = Date.now();
      if (!now && time - (this.said ?? 0) < 400) return;
      this.said = time;
      this.bar.say(text, !now);
    }

    async #runAll(python) {
      this.#show('starting');
      const count = this.cells.length;
      for (const cell of this.cells) {
        this.bar.move(STEP.cells + ((100 - STEP.cells) * (cell.number - 1)) / count);
        this.bar.say(`Running cell ${cell.number} of ${count}.`, cell.number > 1);
        const error = await this.#run(cell, python);
        if (error) {
          this.#failed(`${told(cell, count, error)} The cells after it are as they were.`);
          return;
        }
      }
      this.bar.move(100);
      this.bar.say(WORDS.ready);
      performance.mark('live-ready');
      this.#show('ready');
    }

    async #run(cell, python) {
      this.running = cell;
      const error = await cell.run(python);
      this.running = null;
      return error;
    }

    /** Do a piece of work on this Python when what came before is done. */
    #queue(python, act) {
      this.work = this.work.then(async () => {
        if (this.python === python) await act();
      }).catch((error) => this.#lost(python, error));
      return this.work;
    }

    #again() {
      const { python } = this;
      this.bar.move(STEP.cells);
      this.#queue(python, async () => {
        await python.setEnvironment({ SECONDLOOK_LINK: location.hash });
        await this.#runAll(python);
      });
    }

    #runOne(cell) {
      const { python, cells: { length: count } } = this;
      this.#queue(python, async () => {
        this.bar.say(`Running cell ${cell.number} of ${count}.`);
        const error = await this.#run(cell, python);
        this.bar.say(error ? told(cell, count, error) : `Cell ${cell.number} of ${count} has run.`);
      });
    }

    #restart() {
      const { python, running } = this;
      this.bar.go.focus(); // the button that was pressed goes away
      this.python = null;
      this.running = null;
      python.stop();
      this.#lockEditors(true);
      this.cells.forEach((cell) => cell.freeze());
      // code that would not end must not be started again
      const changed = running && running.source !== running.original;
      if (changed) running.reset();
      this.work = Promise.resolve();
      this.#start(changed ? `Cell ${running.number} is back to the original. ` : '');
    }

    /** This Python will not answer again. */
    #lost(python, error) {
      if (this.python !== python) return;
      this.python = null;
      this.running = null;
      python.stop();
      this.work = Promise.resolve();
      this.#lockEditors(true);
      this.cells.forEach((cell) => cell.restore());
      this.#failed(`${error.message} The page is as it was printed.`);
    }

    #failed(sentence) {
      this.bar.say(sentence);
      this.#show('failed');
    }

    #lockEditors(locked) {
      document.querySelectorAll('.live-edit').forEach((tools) => { tools.inert = locked; });
    }
  }

  async function load() {
    try {
      const parts = ['python', 'cells', 'editor'].map((name) => import(`${base}_static/live/${name}.mjs`));
      return Object.assign({}, ...(await Promise.all(parts)));
    } catch {
      throw new Error('A part of this page did not arrive. Check the connection and load the page again.');
    }
  }

  /** A state link is #name-of-a-lab?settings: return that lab's place. */
  function linkedLab() {
    const name = location.hash.slice(1).split('?')[0];
    return [...document.querySelectorAll('[data-lab]')].find((lab) => lab.dataset.lab === name);
  }

  function told(cell, count, { name, message }) {
    return `Cell ${cell.number} of ${count} stopped with ${name}${message ? `: ${message}` : ''}`.replace(/[.]?$/, '.');
  }

  function megabytes(bytes) {
    return Math.round(bytes / MEGABYTE);
  }

  function list(names) {
    const each = [...new Set(names)];
    return each.length < 2 ? each.join('') : `${each.slice(0, -1).join(', ')} and ${each.at(-1)}`;
  }

  function begin() {
    root.dataset.live = 'off';
    const data = document.getElementById('live-cells');
    if (data) new LivePage(JSON.parse(data.textContent));
  }
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', begin);
  else begin();
})();
