/* A Second Look: predictions, reveals, answers and the list of them.
 *
 * One file, no dependency, no network, no kernel. It may run any number of times on a page (every
 * notebook's import cell brings it, the book serves it too); the first run defines the elements.
 * Everything is kept in this browser under one key. Stored and imported data are only ever put on
 * the page as text. The checks at the end of `evaluate` are those of src/secondlook/checks.py.
 */
(() => {
  'use strict';

  const VERSION = 2;
  const KEY = 'secondlook';
  const ASIDE = 'secondlook.aside';
  const CHANGE = 'sl-change';
  const MAX_TEXT = 4000;
  const MAX_ANSWER = 200;
  const MAX_ENTRIES = 1000;
  const MAX_FILE = 2e6;
  const ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;

  /* ---- Kept data: pure functions ------------------------------------------------------------ */

  const isNumber = (x) => typeof x === 'number' && Number.isFinite(x);
  const isText = (x) => typeof x === 'string' && x.length <= MAX_TEXT;
  const isTime = (x) => isNumber(x) && x > 0 && x < 8e15;
  const isObject = (x) => typeof x === 'object' && x !== null && !Array.isArray(x);
  const optional = (test) => (x) => x === undefined || test(x);

  const COMMON = { t: isTime, question: optional(isText) };
  const SAID = {
    ...COMMON,
    kind: isText,
    confidence: (x) => Number.isInteger(x) && x >= 0 && x <= 100,
    label: optional(isText),
    unit: optional(isText),
    late: optional((x) => typeof x === 'boolean'),
    within: optional((x) => isNumber(x) && x >= 0),
    truthLabel: optional(isText),
  };
  const PREDICTION = {
    number: { ...SAID, value: isNumber, truth: optional(isNumber) },
    // a probability is its own confidence; records of before this was so may hold another one
    probability: {
      ...SAID,
      value: (x) => isNumber(x) && x >= 0 && x <= 100,
      confidence: optional(SAID.confidence),
      truth: optional(isNumber),
    },
    choice: {
      ...SAID,
      value: (x) => isText(x) && x !== '',
      truth: optional(isText),
      also: optional(isText), // a second choice asked with it, kept and shown and not scored
      alsoTruth: optional(isText),
    },
    text: { ...COMMON, kind: isText, value: (x) => isText(x) && x !== '', late: SAID.late },
    // keys in an order, with a comma between two
    order: { ...COMMON, kind: isText, value: (x) => isText(x) && x !== '', late: SAID.late, label: optional(isText), truth: optional(isText), truthLabel: optional(isText) },
    skip: { kind: isText, t: isTime },
  };
  const ANSWER = {
    ...COMMON,
    answer: (x) => typeof x === 'string' && x.length <= MAX_ANSWER,
    label: optional(isText),
    correct: (x) => typeof x === 'boolean',
    tries: (x) => Number.isInteger(x) && x >= 1 && x <= 1e6,
  };

  /* What may be changed as often as one likes: ticks, drafts, the fields of a form. */
  const WORK = { ...COMMON, value: isText, label: optional(isText) };

  const PARTS = ['predictions', 'answers', 'work'];
  const empty = () => ({ v: VERSION, ...Object.fromEntries(PARTS.map((part) => [part, Object.create(null)])) });

  /* Copy the fields that are known and well formed, or return null. */
  function cleanRecord(record, fields) {
    if (!isObject(record) || !fields) return null;
    const kept = {};
    for (const [name, test] of Object.entries(fields)) {
      const value = Object.hasOwn(record, name) ? record[name] : undefined;
      if (!test(value)) return null;
      if (value !== undefined) kept[name] = value;
    }
    return kept;
  }

  const fieldsOf = {
    predictions: (r) => (isObject(r) && Object.hasOwn(PREDICTION, r.kind) ? PREDICTION[r.kind] : null),
    answers: () => ANSWER,
    work: () => WORK,
  };

  /* Check kept or imported data field by field. Returns the good entries and how many were refused. */
  function clean(data) {
    if (!isObject(data) || !PARTS.every((part) => isObject(data[part]))) {
      throw new Error('it does not hold predictions of this course');
    }
    const good = empty();
    let refused = 0;
    for (const part of PARTS) {
      Object.entries(data[part]).forEach(([id, record], i) => {
        const kept = ID.test(id) && i < MAX_ENTRIES ? cleanRecord(record, fieldsOf[part](record)) : null;
        if (kept) good[part][id] = kept;
        else refused += 1;
      });
    }
    return { data: good, refused };
  }

  class NewerVersion extends Error {}
  const STEPS = { 1: (data) => ({ ...data, work: {} }) };

  /* Bring data of an earlier version up to `version`, one step at a time: steps[n] makes n into n + 1. */
  function migrate(data, steps = STEPS, version = VERSION) {
    if (!isObject(data) || !Number.isInteger(data.v)) throw new Error('it has no version number');
    if (data.v > version) throw new NewerVersion('it was written by a newer version of this course');
    let now = data;
    while (now.v < version) {
      if (!steps[now.v]) throw new Error(`it has version ${now.v}, which was never in use`);
      now = { ...steps[now.v](now), v: now.v + 1 };
    }
    return now;
  }

  /* Two records of one prediction: the first commit wins, and a commit beats "show me anyway". */
  function firstCommit(a, b) {
    if (!a || !b) return a || b;
    if ((a.kind === 'skip') !== (b.kind === 'skip')) {
      const [skip, commit] = a.kind === 'skip' ? [a, b] : [b, a];
      return skip.t < commit.t && !commit.late ? { ...commit, late: true } : commit;
    }
    if (a.t !== b.t) return a.t < b.t ? a : b;
    const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
    if (x.length !== y.length) return x.length > y.length ? a : b; // the one that knows the outcome
    return x <= y ? a : b;
  }

  function lastAnswer(a, b) {
    if (!a || !b) return a || b;
    const last = a.t >= b.t ? a : b;
    return { ...last, tries: Math.max(a.tries, b.tries) };
  }

  /* Of two at the same moment either may stay, as long as it is the same one everywhere. */
  function lastWork(a, b) {
    if (!a || !b) return a || b;
    if (a.t !== b.t) return a.t > b.t ? a : b;
    return JSON.stringify(a) >= JSON.stringify(b) ? a : b;
  }

  function merge(a, b) {
    const both = empty();
    const pick = { predictions: firstCommit, answers: lastAnswer, work: lastWork };
    for (const part of PARTS) {
      for (const id of Object.keys({ ...a[part], ...b[part] })) {
        both[part][id] = pick[part](a[part][id], b[part][id]);
      }
    }
    return both;
  }

  /* What an import adds: what is here already stays, unless the reader had only looked. */
  function addImported(here, file) {
    const merged = merge(here, empty());
    const count = { predictions: 0, answers: 0, work: 0, kept: 0 };
    for (const part of PARTS) {
      for (const [id, record] of Object.entries(file[part])) {
        const mine = here[part][id];
        if (mine && mine.kind !== 'skip') {
          count.kept += 1;
          continue;
        }
        merged[part][id] = part === 'predictions' ? firstCommit(mine, record) : record;
        count[part] += 1;
      }
    }
    return { data: merged, count };
  }

  /* true, false, or null while the outcome is not known. A probability asks if the thing came true. */
  function wasRight(r) {
    if (r.truth === undefined) return null;
    if (r.kind === 'choice') return r.value === r.truth;
    if (r.kind === 'order') return null; // nearer or farther, and not right or wrong
    if (r.kind === 'probability') return r.truth === 100 ? true : r.truth === 0 ? false : null;
    return r.within === undefined ? null : Math.abs(r.value - r.truth) <= r.within * (1 + 1e-9);
  }

  const sureness = (r) => (r.kind === 'probability' ? r.value : r.confidence);

  const BANDS = [
    [0, 49],
    [50, 59],
    [60, 69],
    [70, 79],
    [80, 89],
    [90, 100],
  ];

  /* Calibration by how sure the reader was, and the Brier score; late predictions do not count. */
  function summary(predictions) {
    const scored = Object.values(predictions).filter((r) => r.kind !== 'skip' && !r.late && wasRight(r) !== null);
    const bands = BANDS.map(([low, high]) => {
      const inside = scored.filter((r) => sureness(r) >= low && sureness(r) < (high === 100 ? 101 : high + 1));
      return {
        low,
        high,
        n: inside.length,
        right: inside.filter(wasRight).length,
        said: inside.reduce((sum, r) => sum + sureness(r), 0) / inside.length,
      };
    }).filter((band) => band.n);
    const brier = scored.reduce((sum, r) => sum + (sureness(r) / 100 - wasRight(r)) ** 2, 0) / scored.length;
    return { n: scored.length, bands, brier };
  }

  /* For each cue: how often it pointed to the truth, and in how many wrong verdicts to what was said. */
  function misled(predictions, truth, cues) {
    const wrong = Object.keys(truth).filter((id) => predictions[id] && predictions[id].value !== truth[id]);
    return Object.entries(cues).map(([name, points]) => ({
      name,
      right: Object.keys(truth).filter((id) => points[id] === truth[id]).length,
      followed: wrong.filter((id) => predictions[id].kind === 'choice' && predictions[id].value === points[id]).length,
    }));
  }

  /* ---- Reading an answer: the same steps as src/secondlook/checks.py ------------------------- */

  const SPACE = /[ \t\n\r\f\v\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+/g;
  const NEAR = 0.03; // this far outside the right interval an answer was most likely rounded too early
  const RANGE = { probability: [0, 1], ratio: [0, Infinity], amount: [0, Infinity] };
  const trim = (text) => text.replace(/^ +| +$/g, '');

  function readNumber(part) {
    let text = trim(part);
    if (/^[+-]?[0-9]{1,3}(?: [0-9]{3})+(?![0-9])/.test(text)) text = text.replace(/ /g, '');
    text = text.replace(/ ?[x×·*] ?10 ?(?:\^|\*\*) ?/g, 'e').replace(/^([+-]) /, '$1');
    if (/^[+-]?[1-9][0-9]{0,2},[0-9]{3}$/.test(text)) return [null, 'comma'];
    if (/^[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?$/.test(text)) text = text.replace(/,/g, '');
    else if (text.split(',').length === 2 && !text.includes('.')) text = text.replace(',', '.');
    if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/.test(text)) return [null, 'text'];
    const value = Number(text);
    return Number.isFinite(value) ? [value, null] : [null, 'nan'];
  }

  function cutPercent(text) {
    const sign = ['%', 'percent', 'per cent'].find((s) => text.endsWith(s));
    return sign ? [trim(text.slice(0, -sign.length)), true] : [text, false];
  }

  /* Returns [value, null] or [null, problem]. */
  function readText(raw, percent) {
    let text = trim(raw.replace(SPACE, ' ')).toLowerCase();
    if (['', '...', '…'].includes(text)) return [null, 'empty'];
    if ([...text].length > 100) return [null, 'text'];
    if (/[<>≤≥]/.test(text)) return [null, 'inequality'];
    text = text.replace(/[−–‒﹣－]/g, '-');
    text = trim(text.replace(/^(?:[a-z][a-z_ -]{0,30})?[=≈~:]/, ''));
    text = trim(text.replace(/^(?:np\.|numpy\.)?float(?:16|32|64)?\((.*)\)$/, '$1'));
    text = text.replace(/(?<=[0-9])(?: ?(?:times|[x×]))?\.?$/, '');
    if (['nan', 'inf', '-inf', 'infinity', '-infinity'].includes(text)) return [null, 'nan'];
    const [body, isPercent] = cutPercent(text);
    if (isPercent && !percent) return [null, 'percent'];
    const slash = body.indexOf('/');
    let [value, problem] = readNumber(slash < 0 ? body : body.slice(0, slash));
    if (slash >= 0 && !problem) {
      const [divisor, other] = readNumber(body.slice(slash + 1));
      if (divisor === 0) return [null, 'zero'];
      [value, problem] = [value / divisor, other];
    }
    if (problem) return [null, problem];
    return [isPercent ? value / 100 : value, null];
  }

  function evaluate(table, answer) {
    const say = (correct, message) => ({ correct, message });
    const [value, problem] = readText(String(answer), table.kind === 'probability');
    if (problem) return say(false, table.messages[problem]);
    const within = ([low, high]) => low <= value && value <= high;
    if (!within(RANGE[table.kind]) || (table.kind !== 'probability' && value === 0)) {
      return say(false, table.messages['range_' + table.kind]);
    }
    if (within(table.right)) return say(true, table.right_message);
    const turn = table.wrong_turns.find((t) => within(t.interval));
    if (turn) return say(false, turn.message);
    const near = within([table.right[0] * (1 - NEAR), table.right[1] * (1 + NEAR)]);
    return say(false, table.messages[near ? 'near' : 'otherwise']);
  }

  const pure = { clean, migrate, merge, addImported, wasRight, summary, misled, readText, evaluate, empty, VERSION };
  if (typeof module === 'object' && module.exports) module.exports = pure;
  if (typeof window === 'undefined' || customElements.get('sl-predict')) return;

  /* ---- The store: this page's own records, and what the browser keeps ------------------------ */

  const NOTES = {
    off: 'This browser keeps nothing for this site. What you commit here lasts until you close this page.',
    full: 'The browser has no room left for this site. What you commit now lasts until you leave this page. Export it here, and make room before you go on.',
    newer:
      'What is kept here was written by a newer version of this course. It is left alone, and what you commit now lasts until you close this page. Load the page again to get the newer version.',
    stuck:
      'What was kept here could not be read, and there is no room to set it aside. It is left alone, and what you commit now lasts until you close this page.',
    aside: 'What was kept here could not be read. It has been set aside, not deleted, and a fresh start is made.',
    part: 'Some of what was kept here could not be read. A copy of all of it has been set aside, and the rest is in use.',
  };
  let mine = empty(); // written by this page: it outlives a storage that is off or full
  let trouble = ''; // off, full, newer or stuck: nothing is being kept
  let rescued = ''; // aside or part: something unreadable was found
  let seen = false; // this page has found or put something in the storage

  const announce = () => dispatchEvent(new CustomEvent(CHANGE));

  function storageWorks() {
    try {
      return Boolean(localStorage) && localStorage.length >= 0;
    } catch (error) {
      return false;
    }
  }

  function asideKeys() {
    if (!storageWorks()) return [];
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(ASIDE))
      .sort();
  }

  /* Put unreadable text under a key of its own; a second accident does not overwrite the first. */
  function setAside(raw, remove) {
    const keys = asideKeys();
    if (keys.some((key) => localStorage.getItem(key) === raw)) {
      if (remove) localStorage.removeItem(KEY);
      return true;
    }
    let n = 1;
    while (keys.includes(`${ASIDE}.${n}`)) n += 1;
    if (remove) localStorage.removeItem(KEY); // first, because storage may be full
    try {
      localStorage.setItem(`${ASIDE}.${n}`, raw);
      return true;
    } catch (error) {
      if (remove) localStorage.setItem(KEY, raw);
      return false;
    }
  }

  function readStored() {
    let raw;
    if (!storageWorks()) {
      trouble = 'off';
      return empty();
    }
    try {
      raw = localStorage.getItem(KEY);
    } catch (error) {
      trouble = 'off';
      return empty();
    }
    if (trouble !== 'full') trouble = '';
    if (raw === null) {
      if (seen) mine = empty(); // erased in another tab: nothing of it comes back from here
      seen = false;
      return empty();
    }
    seen = true;
    try {
      const { data, refused } = clean(migrate(JSON.parse(raw)));
      if (refused && setAside(raw, false)) rescued = 'part';
      return data;
    } catch (error) {
      if (error instanceof NewerVersion) {
        trouble = 'newer';
        return empty();
      }
      if (setAside(raw, true)) rescued = 'aside';
      else trouble = 'stuck';
      return empty();
    }
  }

  const kept = () => {
    const stored = readStored(); // first, for it may find that all was erased
    return merge(stored, mine);
  };

  /* Read, merge, write: another tab may have written since this page last looked. */
  function keep(changes) {
    readStored();
    mine = merge(mine, changes);
    const all = kept();
    if (trouble === '' || trouble === 'full') {
      try {
        localStorage.setItem(KEY, JSON.stringify(all));
        trouble = '';
        seen = true;
      } catch (error) {
        trouble = 'full';
      }
    }
    announce();
  }

  const keepPrediction = (id, record) => keep({ ...empty(), predictions: { [id]: record } });
  const keepAnswer = (id, record) => keep({ ...empty(), answers: { [id]: record } });
  const keepWork = (id, record) => keep({ ...empty(), work: { [id]: { ...record, t: Date.now() } } });
  const prediction = (id) => kept().predictions[id];
  const committed = (id) => {
    const r = prediction(id);
    return r && r.kind !== 'skip' ? r : null;
  };

  function erase() {
    mine = empty();
    seen = false;
    rescued = '';
    try {
      [KEY, ...asideKeys()].forEach((key) => localStorage.removeItem(key));
      trouble = '';
    } catch (error) {
      trouble = 'off';
    }
    announce();
  }

  addEventListener('storage', (event) => {
    if (event.key !== KEY && event.key !== null) return;
    if (event.newValue === null) {
      mine = empty(); // erased in another tab
      seen = false;
    } else {
      const stored = readStored();
      const all = merge(stored, mine);
      // two tabs wrote at the same moment and the other came last: put back what it did not know
      if (!trouble && JSON.stringify(all) !== JSON.stringify(merge(stored, empty()))) keep(empty());
    }
    announce();
  });
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    if (!trouble) mine = empty(); // a page that slept may have missed an erasure
    announce();
  });

  /* ---- Small helpers for the page ------------------------------------------------------------ */

  /* JupyterLab takes keys (arrows move the cell, d d deletes it) from a focused control unless that
   very control says no; the same attribute on an ancestor is not enough. */
  const NO_SHORTCUTS = 'data-lm-suppress-shortcuts';

  function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    if (/^(input|textarea|select|button|summary|a)$/.test(tag) || 'tabindex' in attributes)
      node.setAttribute(NO_SHORTCUTS, 'true');
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  const button = (text, act, attributes = {}) => {
    const node = el('button', { type: 'button', class: 'sl-button', ...attributes }, text);
    node.addEventListener('click', act);
    return node;
  };

  const withUnit = (value, unit) => (unit === '%' ? `${value}%` : unit ? `${value} ${unit}` : String(value));
  const unitOf = (r) => (r.kind === 'probability' ? '%' : r.unit);
  const said = (r) => (r.kind === 'choice' || r.kind === 'order' ? r.label || r.value : withUnit(r.value, unitOf(r)));
  const sure = (r) => (r.confidence === undefined || r.kind === 'probability' ? '' : `, ${r.confidence}% sure`);
  const came = (r) => (r.truth === undefined ? '' : r.truthLabel || withUnit(r.truth, unitOf(r)));
  const distance = (r) => (unitOf(r) === '%' ? `${r.within} percentage points` : withUnit(r.within, r.unit));
  const plural = (n, one) => `${n} ${one}${n === 1 ? '' : 's'}`;

  const timeNode = (t) =>
    el(
      'time',
      { datetime: new Date(t).toISOString() },
      new Date(t).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' }),
    );

  const setText = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };

  let count = 0;
  const freshId = () => `sl-${(count += 1)}`;

  /* Save everything that is kept, and what only this page holds, as a file. */
  function exportAll() {
    download('second-look-predictions.json', JSON.stringify(kept(), null, 1));
  }

  /* What every element does: build once from the HTML in it, redraw when something is committed, and
   survive being moved, taken out and put back, or copied by its host. */
  class Part extends HTMLElement {
    connectedCallback() {
      this.redraw =
        this.redraw ||
        (() => {
          if (this.isConnected) this.draw();
        });
      addEventListener(CHANGE, this.redraw);
      const start = () => {
        if (!this.isConnected) return;
        if (!this.built) {
          this.querySelectorAll('.sl-made').forEach((node) => node.remove()); // left in a copy
          this.built = true;
          this.build();
        }
        this.draw();
      };
      // while the page is being read, what stands in this element may not be there yet
      if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start, { once: true });
      else start();
    }
    disconnectedCallback() {
      removeEventListener(CHANGE, this.redraw);
    }
    build() {}
    draw() {}
    find(selector) {
      return this.querySelector(selector);
    }
    get key() {
      return this.dataset.id;
    }
    get question() {
      const q = this.find('.sl-question');
      return q ? q.textContent.trim().slice(0, MAX_TEXT) : '';
    }
    makeNote() {
      this.noteWords = el('p', {});
      this.noteExport = button('Export what this page holds', exportAll);
      return el('div', { class: 'sl-made sl-note', hidden: true }, this.noteWords, this.noteExport);
    }
    drawNote() {
      const text = [NOTES[trouble], NOTES[rescued]].filter(Boolean).join(' ');
      this.note.hidden = !text;
      this.noteExport.hidden = !trouble || !PARTS.some((part) => Object.keys(mine[part]).length);
      setText(this.noteWords, text);
    }
  }

  /* ---- sl-predict ----------------------------------------------------------------------------- */

  const PROBLEMS = {
    empty: 'Type a number first.',
    comma: 'Is the comma a decimal sign or does it part thousands? Write the number with a point, or with no comma.',
    inequality: 'Commit to one number, without a sign such as <.',
    percent: 'This one is not a percentage. Write it as a plain number.',
  };

  /* Read a number in the prediction's own unit. Returns [value, null] or [null, sentence]. */
  function readPrediction(raw, unit, low, high) {
    const percent = unit === '%';
    const [read, problem] = readText(raw, percent || unit === 'of 100');
    if (problem) return [null, PROBLEMS[problem] || 'Write one number, such as 12 or 0.5.'];
    const signed = /(?:%|per ?cent)\s*$/i.test(raw);
    if (percent && !signed && read > 0 && read < 1) {
      const either = `${+(read * 100).toPrecision(6)}% or ${+read.toPrecision(6)}%`;
      return [null, `Did you mean ${either}? Write the percent sign.`];
    }
    if (unit === 'of 100' && !signed && read > 0 && read < 1) {
      const [many, few] = [+(read * 100).toPrecision(6), +read.toPrecision(6)];
      return [null, `Did you mean ${many} of 100 or ${few} of 100? Write ${many}, or ${few}%.`];
    }
    const value = signed ? +(read * 100).toPrecision(12) : read;
    if (value < low || value > high) {
      const plain = /^of /.test(unit) ? '' : unit;
      const ends = [
        low > -Infinity && `from ${withUnit(low, plain)}`,
        high < Infinity && `up to ${withUnit(high, plain)}`,
      ];
      return [null, `Give a number ${ends.filter(Boolean).join(' ')}.`];
    }
    return [value, null];
  }

  /* The options that stand in an element as a list, as radio buttons; the list itself is hidden. */
  function radioChoices(part) {
    const list = part.find('.sl-options'),
      name = freshId();
    list.hidden = true;
    const labels = [...list.children].map((item) =>
      el(
        'label',
        { class: 'sl-option' },
        el('input', { type: 'radio', name, value: item.dataset.key }),
        ' ',
        el('span', {}, item.textContent.trim()),
      ),
    );
    const labelledby = part.find('.sl-question').id;
    return el('div', { class: 'sl-choices', role: 'radiogroup', 'aria-labelledby': labelledby }, ...labels);
  }

  function chosenIn(choices) {
    const chosen = choices.querySelector('input:checked');
    return chosen && { value: chosen.value, label: chosen.parentNode.textContent.trim().slice(0, MAX_TEXT) };
  }

  /* Keep what is being typed, and say how to put it back. A text that this page has changed stays as
   it is on this page, whatever another tab writes; one that was erased goes. */
  function draft(input, id, question) {
    let [timer, own, had] = [0, false, false];
    const save = () => {
      clearTimeout(timer);
      timer = 0;
      keepWork(id, { value: input.value, question });
    };
    input.addEventListener('input', () => {
      own = true;
      clearTimeout(timer);
      timer = setTimeout(save, 400);
    });
    input.addEventListener('change', save);
    for (const [target, leaving] of [
      [window, 'pagehide'],
      [document, 'visibilitychange'],
    ])
      target.addEventListener(leaving, () => timer && save());
    return () => {
      const r = kept().work[id];
      if (!r && had && !timer) [input.value, own] = ['', false];
      if (r && !own && input.value !== r.value) input.value = r.value;
      had = Boolean(r);
    };
  }

  class Predict extends Part {
    build() {
      this.kind = this.dataset.kind;
      this.unit = this.dataset.unit;
      const question = this.find('.sl-question');
      question.id = question.id || freshId();
      const before = this.find('.sl-before');
      if (before) before.hidden = true;
      this.message = el('p', { class: 'sl-message', role: 'status' });
      const commit = this.kind === 'text' ? 'Keep my words' : 'Commit prediction';
      this.commitButton = el('button', { type: 'submit', class: 'sl-button sl-main' }, commit);
      this.form = el(
        'form',
        { class: 'sl-made sl-form', novalidate: true, 'aria-labelledby': question.id },
        this.kind === 'choice' ? this.buildChoice() : this.kind === 'text' ? this.buildText() : this.buildNumber(),
        this.kind === 'probability' || this.kind === 'text' ? null : this.buildConfidence(),
        this.commitButton,
        this.message,
      );
      this.form.addEventListener('submit', (event) => {
        event.preventDefault();
        this.commit();
      });
      this.flag = el('p', { class: 'sl-made sl-said', role: 'status', tabindex: '-1' });
      this.note = this.makeNote();
      this.append(this.form, this.flag, this.note);
    }

    buildNumber() {
      const id = freshId();
      const low = Number(this.dataset.low ?? -Infinity),
        high = Number(this.dataset.high ?? Infinity);
      this.input = el('input', {
        id,
        type: 'text',
        inputmode: low >= 0 ? 'decimal' : undefined,
        size: 8,
        maxlength: 60,
        autocomplete: 'off',
        class: 'sl-input',
      });
      this.read = () => {
        const [value, problem] = readPrediction(this.input.value, this.unit, low, high);
        return problem ? { problem, at: this.input } : { value };
      };
      return el(
        'p',
        { class: 'sl-line' },
        el('label', { for: id }, 'Your prediction'),
        ' ',
        this.input,
        this.unit ? ` ${this.unit}` : null,
      );
    }

    buildText() {
      const id = freshId();
      this.input = el('textarea', { id, rows: 4, maxlength: MAX_TEXT, class: 'sl-input' });
      this.drawDraft = draft(this.input, `${this.key}.draft`);
      this.read = () => {
        const value = this.input.value.trim();
        return value ? { value } : { problem: 'Write a few words first.', at: this.input };
      };
      return el('p', {}, el('label', { for: id }, 'In your words'), this.input);
    }

    buildChoice() {
      const choices = radioChoices(this);
      this.read = () => {
        const chosen = chosenIn(choices);
        return chosen || { problem: 'Choose one first.', at: choices.querySelector('input') };
      };
      return choices;
    }

    buildConfidence() {
      const id = freshId(),
        list = this.find('.sl-options');
      const floor = list ? Math.ceil(100 / list.children.length) : 50;
      const steps = [30, 40, 50, 60, 70, 80, 90, 95, 99, 100].filter((step) => step > floor);
      this.select = el(
        'select',
        { id, class: 'sl-input' },
        el('option', { value: '' }, 'choose'),
        el('option', { value: floor }, `${floor}%, a guess`),
        ...steps.map((step) => el('option', { value: step }, `${step}%`)),
      );
      const asked = Number(this.dataset.within)
        ? `How sure are you that you are within ${distance({ within: Number(this.dataset.within), unit: this.unit })}?`
        : this.kind === 'number' && !this.dataset.within
          ? 'How sure are you that this is close?'
          : 'How sure are you?';
      return el('p', { class: 'sl-line' }, el('label', { for: id }, asked), ' ', this.select);
    }

    commit() {
      const { value, label, problem, at } = this.read();
      if (problem) {
        setText(this.message, problem);
        at.focus();
        return;
      }
      if (this.select && !this.select.value) {
        setText(this.message, 'Say how sure you are.');
        this.select.focus();
        return;
      }
      const before = prediction(this.key);
      if (!before || before.kind === 'skip') {
        const record = {
          kind: this.kind,
          value,
          question: this.question,
          t: Date.now(),
        };
        if (this.select) record.confidence = Number(this.select.value);
        if (label) record.label = label;
        if (this.unit) record.unit = this.unit;
        if (this.dataset.within) record.within = Number(this.dataset.within);
        if (before) record.late = true;
        keepPrediction(this.key, record);
      }
      this.draw();
      this.flag.focus();
    }

    draw() {
      const r = committed(this.key);
      const hadFocus = this.form.contains(document.activeElement);
      this.drawDraft?.();
      this.form.hidden = Boolean(r);
      this.flag.hidden = !r;
      this.classList.toggle('sl-locked', Boolean(r));
      this.drawNote();
      if (!r) return;
      setText(this.message, '');
      const line = el(
        'span',
        {},
        r.kind === 'text' ? 'You wrote: ' : 'Your prediction: ',
        el('strong', {}, said(r)),
        r.kind === 'text' ? ' Kept ' : `${sure(r)}. Committed `,
        timeNode(r.t),
        !r.late ? '.' : r.kind === 'text' ? ', after you had looked.' : ', after you had looked, so it does not count for calibration.',
      );
      if (this.flag.textContent !== line.textContent) this.flag.replaceChildren(line);
      if (hadFocus) this.flag.focus(); // locked from another tab, under the reader's hands
    }
  }

  /* ---- sl-reveal: hides what would give the answer away until the prediction is committed ------ */

  // JupyterLab takes cells that are scrolled away out of the page: remember what had a reveal
  const gated = new Set();
  const LOOKED = 'You looked first. A prediction you commit now is kept and marked late.';

  const landed = new Set(); // reveals into whose text an address has led the reader on this page
  const opened = new Set(); // reveals into whose own result it has

  /* What follows a reveal's cell in its section of a book page, up to the next prediction. */
  function following(reveal) {
    const cell = reveal.closest('article div.cell');
    const found = [];
    for (let node = cell?.nextElementSibling; node; node = node.nextElementSibling) {
      if (node.matches('sl-predict') || node.querySelector('sl-predict')) break;
      found.push(node);
    }
    return found;
  }

  const closed = (reveal) => !prediction(reveal.dataset.id) && !landed.has(reveal.dataset.id);

  /* Mark everything that some closed reveal hides; one pass for all, because they may overlap. */
  function hideFollowing() {
    const later = new Set([...document.querySelectorAll('sl-reveal')].filter(closed).flatMap(following));
    for (const node of document.querySelectorAll('.sl-later')) {
      if (!later.has(node)) node.classList.remove('sl-later');
    }
    later.forEach((node) => node.classList.add('sl-later'));
  }

  function hashTarget() {
    try {
      const name = decodeURIComponent(location.hash.slice(1));
      return document.getElementById(name) || document.querySelector(`[data-lab="${CSS.escape(name.split('?')[0])}"]`);
    } catch (error) {
      return null; // a stray % in the address
    }
  }

  /* The address (a link, a search) leads to a place that waits: show it, and only for this visit. */
  function landOnHash() {
    const target = hashTarget();
    if (!target?.closest('.sl-later, .sl-shut')) return;
    for (const reveal of document.querySelectorAll('sl-reveal')) {
      if (following(reveal).some((node) => node.contains(target))) landed.add(reveal.dataset.id);
      if (target.closest('.sl-shut')?.contains(reveal)) opened.add(reveal.dataset.id);
    }
    announce();
    target.scrollIntoView();
  }
  addEventListener('hashchange', landOnHash);
  addEventListener('load', landOnHash);

  class Reveal extends Part {
    build() {
      gated.add(this.key);
      this.words = el('p', {});
      this.bar = el(
        'div',
        { class: 'sl-made sl-bar' },
        this.words,
        button('Show me anyway', () => this.show()),
      );
      this.looked = el('p', { class: 'sl-made sl-looked', role: 'status', tabindex: '-1' });
      this.append(this.bar, this.looked);
    }

    show() {
      if (!prediction(this.key)) keepPrediction(this.key, { kind: 'skip', t: Date.now() });
      this.draw();
      this.looked.focus();
    }

    draw() {
      const r = prediction(this.key);
      const shut = !r && !opened.has(this.key);
      const hadFocus = this.bar.contains(document.activeElement);
      this.bar.hidden = !shut;
      const meaning = !landed.has(this.key) && following(this).length > 0;
      setText(
        this.words,
        `The result${meaning ? ' and what it means appear' : ' appears'} once you have committed your prediction.`,
      );
      if (r && r.kind === 'skip') setText(this.looked, LOOKED);
      else if (r && hadFocus) setText(this.looked, 'Your prediction was committed in another tab.');
      else if (!r || this.looked.textContent === LOOKED) setText(this.looked, '');
      hideFollowing();
      this.hideRest(shut);
      if (r && hadFocus) {
        this.looked.focus();
      }
    }

    hideRest(hide) {
      const box = this.closest('.jp-OutputArea, .live-output, .cell_output');
      if (box !== this.box) this.release();
      this.box = box;
      if (!box) return;
      for (const child of box.children) child.classList.toggle('sl-keep', child.contains(this));
      const was = box.classList.contains('sl-shut');
      box.classList.toggle('sl-shut', hide);
      if (was && !hide) dispatchEvent(new Event('resize')); // what was hidden may measure itself
    }

    /* The host may already have put another reveal into the old box: look before opening it. */
    release() {
      const box = this.box;
      this.box = null;
      if (box && ![...box.querySelectorAll('sl-reveal')].some((other) => other.box === box))
        box.classList.remove('sl-shut');
    }

    disconnectedCallback() {
      super.disconnectedCallback();
      this.release();
      hideFollowing();
    }
  }

  /* ---- sl-outcome: what came out, beside what was said ----------------------------------------- */

  class Outcome extends Part {
    build() {
      const { value, within } = this.dataset;
      this.truth = this.dataset.type === 'choice' ? value : Number(value);
      this.within = within === undefined ? undefined : Number(within);
      this.flag = el('p', { class: 'sl-made sl-said', hidden: true });
      this.verdict = el('p', { class: 'sl-made sl-verdict', hidden: true });
      this.prepend(this.flag);
      this.append(this.verdict);
    }

    draw() {
      const any = prediction(this.key),
        r = any && any.kind !== 'skip' ? any : null;
      // in a cell of its own it waits for the same prediction as the reveal on the page
      const gate = `sl-reveal[data-id="${CSS.escape(this.key)}"]`;
      this.classList.toggle('sl-waiting', !any && (gated.has(this.key) || Boolean(document.querySelector(gate))));
      const fits = r && (r.kind === 'choice') === (this.dataset.type === 'choice');
      this.flag.hidden = this.verdict.hidden = !fits;
      if (!fits) return;
      if (r.truth === undefined) {
        this.settle(r);
        return;
      }
      setText(this.flag, `Your prediction: ${said(r)}${sure(r)}.`);
      const right = wasRight(r);
      const near = r.kind === 'choice' || !r.within ? '' : right ? `, within ${distance(r)}` : `: more than ${distance(r)} away`;
      this.verdict.hidden = right === null || r.kind === 'probability'; // what came out says it
      if (!this.verdict.hidden) setText(this.verdict, (right ? 'Right' : 'Not this time') + near + '.');
    }

    settle(r) {
      const record = { ...r, truth: this.truth };
      if (r.kind === 'number' && r.within === undefined && this.within !== undefined) record.within = this.within;
      if (this.dataset.label) record.truthLabel = this.dataset.label;
      keepPrediction(this.key, record);
    }
  }

  /* ---- sl-recall: what was said before, beside what is said now -------------------------------- */

  class Recall extends Part {
    build() {
      this.line = el('p', { class: 'sl-made sl-recalled', role: 'status' });
      this.append(this.line);
    }

    draw() {
      const [before, after] = [this.dataset.before, this.dataset.after].map(committed);
      const both = before && after && before.kind === after.kind && unitOf(before) === unitOf(after);
      this.find('.sl-before').hidden = Boolean(both);
      setText(this.line, both ? `You said ${said(before)} before and ${said(after)} now.` : '');
    }
  }

  /* ---- sl-answer: a question checked at once, with no kernel ------------------------------------ */

  /* Keep what was answered to the question of an element, and count the tries. */
  function keepTry(part, given) {
    const before = kept().answers[part.key];
    const tries = (before ? before.tries : 0) + 1;
    keepAnswer(part.key, { ...given, tries, question: part.question, t: Date.now() });
  }

  class Answer extends Part {
    build() {
      const id = freshId(),
        question = this.find('.sl-question');
      this.table = JSON.parse(this.dataset.table);
      const before = this.find('.sl-before');
      if (before) before.hidden = true;
      question.id = question.id || freshId();
      this.input = el('input', {
        id,
        type: 'text',
        size: 10,
        maxlength: MAX_ANSWER,
        autocomplete: 'off',
        autocapitalize: 'off',
        spellcheck: 'false',
        class: 'sl-input',
        'aria-describedby': question.id,
      });
      this.message = el('p', { class: 'sl-feedback', role: 'status' });
      this.form = el(
        'form',
        { class: 'sl-made sl-form', novalidate: true },
        el(
          'p',
          { class: 'sl-line' },
          el('label', { for: id }, 'Your answer'),
          ' ',
          this.input,
          ' ',
          el('button', { type: 'submit', class: 'sl-button sl-main' }, 'Check'),
        ),
        this.message,
      );
      this.form.addEventListener('submit', (event) => {
        event.preventDefault();
        this.submit();
      });
      this.note = this.makeNote();
      question.after(this.form, this.note);
    }

    submit() {
      const answer = this.input.value.slice(0, MAX_ANSWER);
      const feedback = evaluate(this.table, answer);
      if (answer.trim()) keepTry(this, { answer, correct: feedback.correct });
      this.say(feedback);
    }

    say(feedback) {
      this.message.className = `sl-feedback ${feedback ? (feedback.correct ? 'sl-yes' : 'sl-no') : ''}`;
      if (!feedback) {
        setText(this.message, '');
        return;
      }
      const text = `${feedback.correct ? 'Right.' : 'Not yet.'} ${feedback.message}`;
      if (this.message.textContent === text) this.message.textContent = ''; // said again, so heard again
      this.message.replaceChildren(
        el('strong', {}, feedback.correct ? 'Right.' : 'Not yet.'),
        ` ${feedback.message}`,
      );
    }

    draw() {
      const r = kept().answers[this.key];
      this.drawNote();
      if (r && r.t === this.shown) return;
      if (r && document.activeElement !== this.input) this.input.value = r.answer;
      if (r) this.say(evaluate(this.table, r.answer));
      else if (this.shown) {
        this.input.value = '';
        this.say(null);
      }
      this.shown = r ? r.t : undefined;
    }
  }

  /* ---- sl-quiz: one answer of a few, each of which is explained once chosen ---------------------- */

  class Quiz extends Part {
    build() {
      const question = this.find('.sl-question');
      question.id = question.id || freshId();
      this.said = this.find('.sl-said-of');
      this.message = el('p', { class: 'sl-feedback', role: 'status' });
      this.choices = radioChoices(this);
      const check = el('button', { type: 'submit', class: 'sl-button sl-main' }, 'Check');
      this.form = el('form', { class: 'sl-made sl-form', novalidate: true }, this.choices, check, this.message);
      this.form.addEventListener('submit', (event) => {
        event.preventDefault();
        this.submit();
      });
      this.note = this.makeNote();
      question.after(this.form, this.note);
    }

    submit() {
      const chosen = chosenIn(this.choices);
      if (!chosen) {
        setText(this.message, 'Choose one first.');
        this.choices.querySelector('input').focus();
        return;
      }
      this.shown = undefined; // said again, so heard again
      setText(this.message, '');
      keepTry(this, { answer: chosen.value, label: chosen.label, correct: chosen.value === this.dataset.right });
    }

    draw() {
      const r = kept().answers[this.key];
      this.drawNote();
      this.said.hidden = !(r && r.correct); // what the others would have been told, once it is solved
      if ((r && r.t) === this.shown) return;
      this.shown = r && r.t;
      const explained = r && this.find(`dd[data-key="${CSS.escape(r.answer)}"]`);
      this.message.className = `sl-feedback ${explained ? (r.correct ? 'sl-yes' : 'sl-no') : ''}`;
      this.message.replaceChildren(...(explained ? [...explained.cloneNode(true).childNodes] : []));
      for (const radio of this.choices.querySelectorAll('input')) radio.checked = Boolean(r) && radio.value === r.answer;
    }
  }

  /* ---- sl-my-predictions: everything kept, calibration, export, import, erase -------------------- */

  function tableNode(caption, head, rows) {
    return el(
      'div',
      { class: 'sl-scroll', tabindex: '0', role: 'region', 'aria-label': caption },
      el(
        'table',
        {},
        el('caption', {}, caption),
        el('thead', {}, el('tr', {}, ...head.map((text) => el('th', { scope: 'col' }, text)))),
        el('tbody', {}, ...rows.map((row) => el('tr', {}, ...row.map((cell) => el('td', {}, cell))))),
      ),
    );
  }

  function listNodes(data) {
    const byTime = (part) =>
      Object.entries(data[part])
        .filter(([, r]) => r.kind !== 'skip')
        .sort((a, b) => a[1].t - b[1].t);
    const predictions = byTime('predictions'),
      answers = byTime('answers'),
      written = byTime('work').filter(([, r]) => r.question && r.value.trim());
    const words = (r) => {
      if (r.kind === 'text') return 'your words';
      if (r.kind === 'order') return 'an order';
      const belief = r.kind === 'probability';
      if (r.truth === undefined) return belief ? 'a belief' : 'open';
      const all = belief ? ['it came true', 'it did not'] : ['right', 'not this time'];
      return { true: all[0], false: all[1], null: '' }[wasRight(r)];
    };
    const verdict = (r) => words(r) + (r.late ? ' (late)' : '');
    const nodes = [];
    if (predictions.length) {
      nodes.push(
        tableNode(
          'Your predictions',
          ['Question', 'You said', 'Sure', 'When', 'It came out as', 'Verdict'],
          predictions.map(([id, r]) => [
            r.question || id,
            said(r),
            r.confidence === undefined || r.kind === 'probability' ? '' : `${r.confidence}%`,
            timeNode(r.t),
            came(r),
            verdict(r),
          ]),
        ),
      );
    } else nodes.push(el('p', {}, 'No prediction is kept in this browser yet.'));
    nodes.push(...calibrationNodes(summary(data.predictions)));
    if (answers.length) {
      nodes.push(
        tableNode(
          'Your answers',
          ['Question', 'Your last answer', 'Tries', 'When', 'Verdict'],
          answers.map(([id, r]) => [
            r.question || id,
            r.label || r.answer,
            String(r.tries),
            timeNode(r.t),
            r.correct ? 'right' : 'not yet',
          ]),
        ),
      );
    }
    if (written.length) {
      nodes.push(
        tableNode(
          'What you filled in',
          ['Asked', 'You said', 'When'],
          written.map(([, r]) => [r.question, r.label || r.value, timeNode(r.t)]),
        ),
      );
    }
    return nodes;
  }

  const JUDGED = { share: 'Right', question: 'and how often you were right', guess: 'saying 50% every time gives 0.250' };

  /* The bands and the Brier score; what counts as right may be another's judgement. */
  function calibrationNodes({ n, bands, brier }, { share, question, guess } = JUDGED) {
    if (!n) return [];
    const band = ({ low, high }) => (low === 0 ? 'below 50%' : `${low} to ${high}%`);
    return [
      tableNode(
        `Calibration: how sure you were, ${question}`,
        ['You said', 'On average', share, 'Of', 'Share'],
        bands.map((b) => [
          band(b),
          `${Math.round(b.said)}%`,
          String(b.right),
          String(b.n),
          `${Math.round((100 * b.right) / b.n)}%`,
        ]),
      ),
      el(
        'p',
        { class: 'sl-brier' },
        `Brier score ${brier.toFixed(3)} over ${plural(n, 'prediction')}. It is the mean squared gap between how sure you were and what happened: 0 is perfect, and ${guess}.`,
      ),
    ];
  }

  /* ---- sl-score: many sealed verdicts, opened together, with what misled --------------------------- */

  const SVG = ['http:', '', 'www.w3.org', '2000', 'svg'].join('/'); // a name, and no address that is asked

  /* The bands of a calibration as points, larger for more verdicts, beside the line on which all would lie in the long run. */
  function calibrationCurve(bands) {
    const draw = (tag, attributes) => {
      const node = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
      return node;
    };
    const words = bands.map((b) => `${Math.round(b.said)}% said, ${b.right} of ${b.n} right`).join('; ');
    const svg = draw('svg', {
      viewBox: '-22 -8 134 126', // a point at the very top is whole
      width: 260,
      height: 245,
      role: 'img',
      'aria-label': `Calibration curve, how sure across and how often right upwards: ${words}`,
    });
    svg.append(draw('path', { d: 'M0 0V100H100M0 100L100 0', fill: 'none', stroke: 'currentColor', 'stroke-width': 0.6 }));
    for (const level of [0, 50, 100]) {
      const label = (attributes) => {
        const node = draw('text', { 'font-size': 8, fill: 'currentColor', ...attributes });
        node.textContent = `${level}%`;
        svg.append(node);
      };
      label({ x: level, y: 112, 'text-anchor': 'middle' });
      label({ x: -3, y: 103 - level, 'text-anchor': 'end' });
    }
    const places = bands.map((b) => [b.said, 100 - (100 * b.right) / b.n]);
    for (const [i, [cx, cy]] of places.entries())
      svg.append(draw('circle', { cx, cy, r: 1.5 + Math.sqrt(bands[i].n), fill: 'currentColor' }));
    return svg;
  }

  const AXES = 'Across, how sure you were; upwards, how often you were right. On the sloping line the two agree.';

  class Score extends Part {
    build() {
      this.truth = JSON.parse(this.dataset.truth);
      this.cues = JSON.parse(this.dataset.cues);
      this.labels = JSON.parse(this.dataset.labels);
      this.ids = Object.keys(this.truth);
      this.words = el('p', {});
      this.bar = el(
        'div',
        { class: 'sl-made sl-bar' },
        this.words,
        button('Show me anyway', () => this.show()),
      );
      this.said = el('div', { class: 'sl-made', role: 'status', tabindex: '-1' });
      this.prepend(this.bar);
      this.append(this.said);
    }

    show() {
      const predictions = {};
      for (const id of this.ids) if (!prediction(id)) predictions[id] = { kind: 'skip', t: Date.now() };
      keep({ ...empty(), predictions });
      this.said.focus();
    }

    draw() {
      const all = kept().predictions;
      const missing = this.ids.filter((id) => !all[id]).length;
      this.bar.hidden = missing === 0;
      const still = missing === this.ids.length ? 'all' : missing;
      setText(this.words, `The truth opens once every verdict is in; ${still} of ${this.ids.length} are still to come.`);
      this.find('.sl-truths').hidden = this.said.hidden = missing > 0;
      if (missing) return;
      const open = this.ids.find((id) => all[id].kind === 'choice' && all[id].truth === undefined);
      if (open) {
        this.settle(all);
        return;
      }
      this.tell(all);
    }

    settle(all) {
      const predictions = {};
      for (const id of this.ids) {
        const truth = this.truth[id];
        if (all[id].kind === 'choice') predictions[id] = { ...all[id], truth, truthLabel: this.labels[truth] };
      }
      keep({ ...empty(), predictions });
    }

    tell(all) {
      const mine = Object.fromEntries(this.ids.map((id) => [id, all[id]]));
      const now = JSON.stringify(mine);
      if (now === this.told) return;
      this.told = now;
      for (const cell of this.querySelectorAll('td[data-of]')) {
        const r = mine[cell.dataset.of];
        setText(cell, r.kind === 'choice' ? `${said(r)}${sure(r)}` : 'no verdict');
      }
      const given = this.ids.filter((id) => mine[id].kind === 'choice');
      const right = given.filter((id) => mine[id].value === this.truth[id]).length;
      const scored = summary(mine);
      const cues = misled(mine, this.truth, this.cues).map(({ name, right: pointed, followed }) =>
        el(
          'li',
          {},
          `${name} pointed to the truth in ${pointed} of ${this.ids.length}, and to what you said in ${followed} of ${plural(given.length - right, 'wrong verdict')}.`,
        ),
      );
      this.said.replaceChildren(
        el('p', {}, el('strong', {}, given.length ? `You placed ${right} of ${given.length} right.` : 'You looked first.')),
        ...(scored.n ? [calibrationCurve(scored.bands), el('p', {}, AXES)] : []),
        ...calibrationNodes(scored),
        ...(given.length > right ? [el('ul', {}, ...cues)] : []),
      );
    }
  }

  function download(name, text, type = 'application/json') {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = el('a', { href: url, download: name, hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  class MyPredictions extends Part {
    build() {
      const before = this.find('.sl-before');
      if (before) before.hidden = true;
      const id = freshId();
      this.list = el('div', { class: 'sl-list' });
      this.status = el('p', { class: 'sl-message', role: 'status', tabindex: '-1' });
      this.file = el('input', { id, type: 'file', accept: '.json,application/json', class: 'sl-file' });
      this.file.addEventListener('change', () => this.importFile());
      this.eraseButton = button('Erase everything …', () => this.ask(true));
      this.rescue = button('Save what could not be read', () =>
        download('second-look-unreadable.json', JSON.stringify(asideKeys().map((key) => localStorage.getItem(key)))),
      );
      this.confirm = this.buildConfirm();
      this.note = this.makeNote();
      this.append(
        el(
          'div',
          { class: 'sl-made' },
          this.dataset.list === 'no' ? null : this.list, // a page may show it in a form of its own
          el(
            'div',
            { class: 'sl-buttons' },
            button('Export to a file', () => this.exportFile()),
            this.rescue,
            this.eraseButton,
          ),
          this.confirm,
          el('p', { class: 'sl-line' }, el('label', { for: id }, 'Import from a file'), ' ', this.file),
          this.status,
        ),
        this.note,
      );
    }

    buildConfirm() {
      const id = freshId();
      this.warning = el('p', { id });
      this.noButton = button('Keep it', () => this.ask(false));
      const box = el(
        'div',
        { class: 'sl-confirm', role: 'group', 'aria-labelledby': id, hidden: true },
        this.warning,
        el(
          'div',
          { class: 'sl-buttons' },
          this.noButton,
          button('Erase it now', () => this.eraseAll(), { class: 'sl-button sl-danger' }),
        ),
      );
      box.addEventListener('keydown', (event) => {
        if (event.key === 'Escape') this.ask(false);
      });
      return box;
    }

    ask(open) {
      const data = kept();
      const looked = Object.values(data.predictions).filter((r) => r.kind === 'skip').length;
      const n = Object.keys(data.predictions).length - looked;
      setText(
        this.warning,
        `This removes ${plural(n, 'prediction')}, ${plural(Object.keys(data.answers).length, 'answer')}, what you filled in and every note of results you looked at from this browser. It cannot be undone.`,
      );
      this.confirm.hidden = !open;
      this.eraseButton.hidden = open;
      (open ? this.noButton : this.eraseButton).focus();
    }

    eraseAll() {
      erase();
      this.ask(false);
      setText(this.status, 'Erased. This browser keeps nothing of yours for this course now.');
    }

    exportFile() {
      exportAll();
      setText(this.status, 'Exported. The file is with your downloads.');
    }

    async importFile() {
      const [file] = this.file.files;
      if (!file) return;
      try {
        if (file.size > MAX_FILE) throw new Error('it is larger than 2 MB');
        let parsed;
        try {
          parsed = JSON.parse(await file.text());
        } catch (error) {
          throw new Error(/^\s*</.test(await file.text()) ? 'it is a page to read and not the exported data' : 'it is not JSON');
        }
        const { data, refused } = clean(migrate(parsed));
        const { data: merged, count: n } = addImported(kept(), data);
        keep(merged);
        setText(
          this.status,
          `Added ${plural(n.predictions, 'prediction')} and ${plural(n.answers, 'answer')}` +
            (n.work ? `, and ${plural(n.work, 'field')} that you filled in.` : '.') +
            (n.kept
              ? ` ${plural(n.kept, 'entry').replace('entrys', 'entries')} already here stayed as ${n.kept === 1 ? 'it was' : 'they were'}.`
              : '') +
            (refused
              ? ` ${refused === 1 ? '1 entry was' : `${refused} entries were`} not understood and left out.`
              : ''),
        );
      } catch (error) {
        setText(
          this.status,
          `Nothing was imported from ${file.name.slice(0, 80)}: ${error.message}. Choose a file that Export made.`,
        );
      }
      this.file.value = '';
    }

    draw() {
      const data = kept();
      const now = JSON.stringify(data);
      this.rescue.hidden = asideKeys().length === 0;
      this.drawNote();
      if (now === this.drawn) return;
      this.drawn = now;
      const regions = [...this.list.querySelectorAll('.sl-scroll')];
      const at = regions.indexOf(document.activeElement);
      this.list.replaceChildren(...listNodes(data));
      const again = this.list.querySelectorAll('.sl-scroll')[at];
      if (again) again.focus();
    }
  }

  /* In Jupyter the arrow keys on a lab's slider would fold or leave its cell: the slider keeps them. */
  document.addEventListener(
    'focusin',
    ({ target }) => {
      if (target.closest?.('.sl-lab')) target.setAttribute(NO_SHORTCUTS, 'true');
    },
    true,
  );

  customElements.define('sl-predict', Predict);
  customElements.define('sl-reveal', Reveal);
  customElements.define('sl-outcome', Outcome);
  customElements.define('sl-recall', Recall);
  customElements.define('sl-answer', Answer);
  customElements.define('sl-quiz', Quiz);
  customElements.define('sl-score', Score);
  customElements.define('sl-my-predictions', MyPredictions);

  /* What work.js builds on. */
  const store = { kept, keep, empty, prediction, committed, keepPrediction, keepWork };
  const words = { said, sure, came, plural, timeNode, setText };
  const build = { Part, el, button, freshId, radioChoices, chosenIn, tableNode, calibrationNodes, calibrationCurve, AXES, SVG, download, draft };
  window.secondlook = { ...store, ...words, ...build, pure };
})();
