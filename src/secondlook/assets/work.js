/* A Second Look: what the reader judges, sorts, writes, fills in and looks back on.
 *
 * It builds on learner.js, which keeps everything in this browser: no network, no kernel. What a
 * cell stored is real HTML, complete without this script; the script makes it something to do.
 */
(() => {
  'use strict';

  /* ---- Pure functions --------------------------------------------------------------------------- */

  /* A small generator of numbers in [0, 1): the same for one seed in every browser (mulberry32). */
  function generator(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  /* A shuffle of things by a seed (Fisher and Yates). */
  function deal(things, seed) {
    const dealt = [...things],
      random = generator(seed);
    for (let i = dealt.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1));
      [dealt[i], dealt[j]] = [dealt[j], dealt[i]];
    }
    return dealt;
  }

  /* Of all pairs of keys, how many stand in the same order in both lists, and how many pairs there are. */
  function samePairs(mine, ours) {
    const place = new Map(ours.map((key, i) => [key, i]));
    let [same, all] = [0, 0];
    mine.forEach((a, i) =>
      mine.slice(i + 1).forEach((b) => {
        all += 1;
        if (place.get(a) < place.get(b)) same += 1;
      }),
    );
    return { same, all };
  }

  /* Kept orders may come from a file: only a list of exactly these keys will do. */
  function readOrder(text, keys) {
    const order = String(text).split(',');
    return order.length === keys.length && keys.every((key) => order.includes(key)) ? order : null;
  }

  const chapterOf = (id) => (/^(pre|post)\./.test(id) ? 'test' : /^06\.c\./.test(id) ? 'claims' : /^04\.dial\d+$/.test(id) ? 'dial' : id.slice(0, 2));

  if (typeof module === 'object' && module.exports) module.exports = { deal, samePairs, readOrder, chapterOf };
  if (typeof window === 'undefined' || !window.secondlook || customElements.get('sl-desk')) return;

  const sl = window.secondlook;
  const { Part, el, button, freshId, setText, plural, kept, keepWork, keepPrediction, prediction, committed } = sl;
  const { said, sure, came, tableNode, timeNode, pure } = sl;
  const percent = (part, whole) => `${Math.round((100 * part) / whole)}%`;
  const worked = (id) => kept().work[id];
  const MOST = 4000; // characters of a text that is kept

  /* A menu with its label; the first entry asks to choose. */
  function menu(label, entries, attributes = {}) {
    const id = freshId();
    const select = el(
      'select',
      { id, class: 'sl-input', ...attributes },
      el('option', { value: '' }, 'choose'),
      ...entries.map(([value, words]) => el('option', { value }, words)),
    );
    return { select, line: el('p', { class: 'sl-line' }, el('label', { for: id }, label), ' ', select) };
  }

  /* ---- sl-desk: claims one at a time, in an order of the reader's own ---------------------------- */

  const SEED = '06.desk';
  const AS_WE = { share: 'As we do', question: 'and how often you judged as we do', guess: 'guessing among four and saying 25% each time gives 0.188' };

  /* A number from a word, the same one for a whole class (FNV-1a). */
  function seedOf(word) {
    let hash = 0x811c9dc5;
    for (const letter of word.trim().toLowerCase()) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
    return String(hash);
  }

  class Desk extends Part {
    build() {
      this.groups = JSON.parse(this.dataset.groups);
      this.kinds = JSON.parse(this.dataset.kinds);
      this.cards = new Map([...this.querySelectorAll('.sl-card')].map((card) => [card.dataset.id, card]));
      this.seed = String(crypto.getRandomValues(new Uint32Array(1))[0]);
      this.progress = el('p', { class: 'sl-made sl-progress', role: 'status' });
      this.form = this.buildForm();
      this.verdict = el('div', { class: 'sl-made sl-judged', role: 'status', tabindex: '-1' });
      this.steps = el(
        'div',
        { class: 'sl-made sl-buttons' },
        (this.back = button('Claim before', () => this.go(-1))),
        (this.next = button('Next claim', () => this.go(1))),
        (this.open = button('Next one to judge', () => this.show(this.firstOpen()))),
      );
      this.tally = el('div', { class: 'sl-list' });
      this.note = this.makeNote();
      this.prepend(this.progress);
      this.append(this.steps, el('div', { class: 'sl-made' }, this.tally), this.buildClass(), this.note);
      this.find('.sl-before').hidden = true;
      this.querySelectorAll('.sl-told > summary').forEach((summary) => {
        summary.hidden = true; // once a claim is judged it stands open
      });
      this.at = null;
    }

    /* A word that deals the same order to everybody who types it. */
    buildClass() {
      const id = freshId();
      const word = el('input', { id, type: 'text', maxlength: 40, autocomplete: 'off', class: 'sl-input' });
      const form = el(
        'form',
        { class: 'sl-form' },
        el('p', {}, 'Whoever types the same word meets the claims in the same order.'),
        el('p', { class: 'sl-line' }, el('label', { for: id }, 'A word'), ' ', word, ' ', el('button', { type: 'submit', class: 'sl-button' }, 'Deal by this word')),
      );
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        if (!word.value.trim()) {
          word.focus();
          return;
        }
        keepWork(SEED, { value: seedOf(word.value) });
        this.show(this.firstOpen());
      });
      return el('details', { class: 'sl-made sl-hint' }, el('summary', {}, 'An order for a class'), form);
    }

    buildForm() {
      const name = freshId();
      this.choices = el(
        'div',
        { class: 'sl-choices', role: 'radiogroup', 'aria-label': 'Your verdict' },
        ...Object.entries(this.groups).map(([key, words]) =>
          el('label', { class: 'sl-option' }, el('input', { type: 'radio', name, value: key }), ' ', el('span', {}, words)),
        ),
      );
      const kinds = Object.entries(this.kinds).map(([key, kind]) => [key, kind.name]);
      this.kind = menu('What kind of slip? (not for “holds up”)', kinds);
      const steps = [40, 50, 60, 70, 80, 90, 95, 99, 100].map((step) => [step, `${step}%`]);
      this.sure = menu('How sure are you of the verdict?', [[25, '25%, a guess'], ...steps]);
      this.message = el('p', { class: 'sl-message', role: 'status' });
      const form = el(
        'form',
        { class: 'sl-made sl-form', novalidate: true, 'aria-label': 'Your verdict on this claim' },
        this.choices,
        this.kind.line,
        this.sure.line,
        el('button', { type: 'submit', class: 'sl-button sl-main' }, 'Commit verdict'),
        this.message,
      );
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        this.commit();
      });
      return form;
    }

    get order() {
      const stored = worked(SEED);
      const seed = stored ? stored.value : this.seed;
      if (this.dealtBy !== seed) {
        this.dealtBy = seed;
        this.dealt = deal([...this.cards.keys()], Number(seed) || 0);
      }
      return this.dealt;
    }

    firstOpen() {
      return this.order.find((id) => !committed(id)) || this.order[0];
    }

    go(step) {
      const { order } = this;
      this.show(order[(order.indexOf(this.at) + step + order.length) % order.length]);
    }

    show(id) {
      this.keepOrder(); // whoever moves on finds the same order again
      this.at = id;
      setText(this.message, '');
      this.draw();
      const question = this.cards.get(id).querySelector('.sl-question');
      question.tabIndex = -1;
      question.focus({ preventScroll: true });
      this.showCard();
    }

    keepOrder() {
      if (!worked(SEED)) keepWork(SEED, { value: this.seed });
    }

    /* The claim and what is said of it stand together on the screen. */
    showCard() {
      this.cards.get(this.at).scrollIntoView({ block: 'start' });
    }

    problem() {
      const chosen = this.choices.querySelector('input:checked');
      if (!chosen) return ['Choose a verdict first.', this.choices.querySelector('input')];
      const kind = this.kind.select;
      if (chosen.value !== 'holds' && (!kind.value || kind.value === 'none'))
        return ['Say what kind of thing is amiss; your best guess will do.', kind];
      if (chosen.value === 'holds' && kind.value && kind.value !== 'none')
        return ['You say that it holds up, and that something is amiss: change one of the two.', kind];
      return this.sure.select.value ? null : ['Say how sure you are.', this.sure.select];
    }

    commit() {
      const problem = this.problem();
      if (problem) {
        setText(this.message, problem[0]);
        problem[1].focus();
        return;
      }
      const card = this.cards.get(this.at);
      const value = this.choices.querySelector('input:checked').value;
      const also = value === 'holds' ? 'none' : this.kind.select.value;
      this.keepOrder();
      keepPrediction(this.at, {
        kind: 'choice',
        value,
        label: this.groups[value],
        confidence: Number(this.sure.select.value),
        question: card.querySelector('.sl-question').textContent.trim().slice(0, MOST),
        truth: card.dataset.group,
        truthLabel: this.groups[card.dataset.group],
        also: this.kinds[also].name,
        alsoTruth: this.kinds[card.dataset.kind].name,
        t: Date.now(),
      });
      this.form.reset();
      this.verdict.focus({ preventScroll: true });
      this.showCard();
    }

    draw() {
      if (!this.at || !this.order.includes(this.at)) this.at = this.firstOpen();
      const card = this.cards.get(this.at),
        r = committed(this.at);
      for (const [id, each] of this.cards) {
        each.classList.toggle('sl-away', id !== this.at);
        each.classList.toggle('sl-unjudged', !committed(id));
        const told = each.querySelector('.sl-told');
        told.hidden = !committed(id);
        told.open = true;
      }
      const place = this.order.indexOf(this.at) + 1;
      setText(this.progress, `Claim ${place} of ${this.cards.size}, in an order of your own.`);
      const hadFocus = this.form.contains(document.activeElement);
      if (this.form.parentNode !== card) card.querySelector('.sl-whom').after(this.form, this.verdict);
      this.form.hidden = Boolean(r);
      this.verdict.hidden = !r;
      if (r) this.tell(r);
      if (r && hadFocus) this.verdict.focus();
      this.open.hidden = !r || this.order.every((id) => committed(id));
      this.drawTally();
      this.drawNote();
    }

    tell(r) {
      const same = r.value === r.truth;
      const clean = this.kinds.none.name; // nothing is amiss, by one of the two
      const both = r.also !== clean && r.alsoTruth !== clean;
      const kind = !both || r.also === r.alsoTruth ? '' : ` The kind: you said “${r.also}”, we say “${r.alsoTruth}”.`;
      const lines = [
        `Your verdict: ${said(r)}${sure(r)}.`,
        (same ? 'We judge it so too.' : `We judge: ${r.truthLabel}.`) + (same && !kind && r.value !== 'holds' ? ' The kind too.' : kind),
      ];
      if (this.verdict.textContent === lines.join('')) return;
      this.verdict.replaceChildren(el('p', { class: 'sl-said' }, lines[0]), el('p', {}, lines[1]));
    }

    drawTally() {
      const all = Object.fromEntries([...this.cards.keys()].map((id) => [id, committed(id)]).filter(([, r]) => r && r.kind === 'choice'));
      const records = Object.values(all),
        n = records.length;
      const now = JSON.stringify(all);
      if (now === this.told) return;
      this.told = now;
      if (!n) {
        this.tally.replaceChildren();
        return;
      }
      const right = records.filter((r) => r.value === r.truth).length;
      const mean = records.reduce((sum, r) => sum + r.confidence, 0) / n;
      const words = `Of ${plural(n, 'claim')} you judged ${right} as we do (${percent(right, n)}), and were ${Math.round(mean)}% sure on average.`;
      const scored = pure.summary(all);
      this.tally.replaceChildren(
        el('p', {}, el('strong', {}, words)),
        ...(n >= 10 ? [sl.calibrationCurve(scored.bands), el('p', {}, sl.AXES), ...sl.calibrationNodes(scored, AS_WE)] : [el('p', {}, `After ten you see your calibration; ${10 - n} to go.`)]),
      );
    }
  }

  /* ---- sl-order: things to be put in an order; sl-ordered: ours beside it ------------------------- */

  class Order extends Part {
    build() {
      const list = this.find('.sl-options');
      this.words = new Map([...list.children].map((item) => [item.dataset.key, item.querySelector('span').textContent.trim()]));
      this.keys = [...this.words.keys()];
      list.hidden = true;
      this.find('.sl-before').hidden = true;
      this.ranked = el('ol', { class: 'sl-made sl-ranked' });
      this.message = el('p', { class: 'sl-message', role: 'status' });
      const question = this.find('.sl-question');
      question.id = question.id || freshId();
      this.form = el(
        'form',
        { class: 'sl-made sl-form', 'aria-labelledby': question.id },
        this.ranked,
        el('button', { type: 'submit', class: 'sl-button sl-main' }, 'Commit this order'),
        this.message,
      );
      this.form.addEventListener('submit', (event) => {
        event.preventDefault();
        this.commit();
      });
      this.flag = el('div', { class: 'sl-made sl-said', role: 'status', tabindex: '-1' });
      this.note = this.makeNote();
      this.append(this.form, this.flag, this.note);
      this.lay([...this.keys]);
    }

    lay(order) {
      this.order = order;
      this.ranked.replaceChildren(
        ...order.map((key, i) => {
          const words = this.words.get(key);
          const short = `${key.toUpperCase()}: ${words.slice(0, 40)}`;
          const move = (label, by, off) =>
            button(label, () => this.move(key, by), { class: 'sl-button', 'aria-label': `${label}: ${short}`, 'data-by': by, disabled: off });
          return el(
            'li',
            { 'data-key': key },
            el('span', {}, el('strong', {}, `${key.toUpperCase()} `), words),
            el('span', { class: 'sl-buttons' }, move('Up', -1, i === 0), move('Down', 1, i === order.length - 1)),
          );
        }),
      );
    }

    move(key, by) {
      const order = [...this.order],
        i = order.indexOf(key);
      [order[i], order[i + by]] = [order[i + by], order[i]];
      this.lay(order);
      setText(this.message, `${key.toUpperCase()} is now in place ${i + by + 1} of ${order.length}.`);
      const buttons = [...this.ranked.querySelectorAll(`[data-key="${CSS.escape(key)}"] button`)];
      (buttons.find((b) => Number(b.dataset.by) === by && !b.disabled) || buttons.find((b) => !b.disabled)).focus();
    }

    commit() {
      const before = prediction(this.key);
      if (!before || before.kind === 'skip') {
        const record = { kind: 'order', value: this.order.join(','), label: this.order.join(', ').toUpperCase(), question: this.question, t: Date.now() };
        if (before) record.late = true;
        keepPrediction(this.key, record);
      }
      this.draw();
      this.flag.focus();
    }

    draw() {
      const r = committed(this.key),
        order = r && readOrder(r.value, this.keys);
      const hadFocus = this.form.contains(document.activeElement);
      this.form.hidden = Boolean(r);
      this.flag.hidden = !r;
      this.drawNote();
      if (!r || this.told === r.t) return;
      this.told = r.t;
      this.flag.replaceChildren(
        el('p', {}, 'Your order, committed ', timeNode(r.t), ':'),
        order ? el('ol', {}, ...order.map((key) => el('li', {}, el('strong', {}, `${key.toUpperCase()} `), this.words.get(key)))) : el('p', {}, r.label || r.value),
      );
      if (hadFocus) this.flag.focus();
    }
  }

  class Ordered extends Part {
    build() {
      this.right = this.dataset.right.split(',');
      this.verdict = el('p', { class: 'sl-made sl-verdict', hidden: true });
      this.append(this.verdict);
    }

    draw() {
      const any = prediction(this.key),
        r = any && any.kind === 'order' ? any : null;
      const order = r && readOrder(r.value, this.right);
      this.classList.toggle('sl-waiting', !any && Boolean(document.querySelector(`sl-order[data-id="${CSS.escape(this.key)}"]`)));
      this.verdict.hidden = !order;
      if (!order) return;
      if (r.truth === undefined) {
        keepPrediction(this.key, { ...r, truth: this.right.join(','), truthLabel: this.right.join(', ').toUpperCase() });
        return;
      }
      const { same, all } = samePairs(order, this.right);
      setText(this.verdict, `You have ${same} of ${all} pairs in the order that we give.`);
    }
  }

  /* ---- sl-write: words of the reader's own, a rubric to hold them to, and ours -------------------- */

  /* A list of ticks that are kept, with their count. */
  function ticks(id, list, words, guess) {
    const boxes = [...list.children].map((item) => {
      const box = el('input', { type: 'checkbox', value: item.dataset.key });
      item.replaceChildren(el('label', { class: 'sl-option' }, box, ' ', el('span', {}, ...item.childNodes)));
      return box;
    });
    const count = el('p', { class: 'sl-made sl-count-ticks', role: 'status' });
    list.after(count);
    list.addEventListener('change', () => {
      const on = boxes.filter((box) => box.checked).map((box) => box.value);
      keepWork(id, { value: on.join(','), label: `${on.length} of ${boxes.length}`, question: words });
    });
    return () => {
      const on = (worked(id)?.value || '').split(',');
      for (const box of boxes) box.checked = on.includes(box.value);
      const expected = guess && committed(guess);
      const before = expected ? ` Before you wrote, you expected ${said(expected)}.` : '';
      setText(count, `You tick ${boxes.filter((box) => box.checked).length} of ${boxes.length}.${before}`);
    };
  }

  class Write extends Part {
    build() {
      const id = freshId(),
        again = freshId();
      const question = this.find('.sl-question');
      this.find('.sl-before').hidden = true;
      question.id = question.id || freshId();
      this.input = el('textarea', { id, rows: 7, maxlength: MOST, class: 'sl-input', 'aria-describedby': question.id });
      this.message = el('p', { class: 'sl-message', role: 'status' });
      this.form = el(
        'form',
        { class: 'sl-made sl-form' },
        el('p', {}, el('label', { for: id }, 'In your words'), this.input),
        el('div', { class: 'sl-buttons' }, el('button', { type: 'submit', class: 'sl-button sl-main' }, 'Keep my words and show the rubric')),
        this.message,
      );
      this.form.addEventListener('submit', (event) => {
        event.preventDefault();
        this.commit();
      });
      this.drawDraft = sl.draft(this.input, `${this.key}.draft`);
      this.flag = el('p', { class: 'sl-made sl-said', role: 'status', tabindex: '-1' });
      this.after = this.find('.sl-after');
      this.second = el('textarea', { id: again, rows: 7, maxlength: MOST, class: 'sl-input' });
      this.drawAgain = sl.draft(this.second, `${this.key}.again`, `${this.question} (written again)`.slice(0, MOST));
      this.after.append(el('p', { class: 'sl-made' }, el('label', { for: again }, 'Write it again, if you like'), this.second));
      this.drawTicks = ticks(`${this.key}.ticks`, this.find('.sl-rubric'), `${this.question} (the rubric)`.slice(0, MOST), this.dataset.guess);
      this.note = this.makeNote();
      question.after(this.form, this.flag, this.note);
    }

    commit() {
      const value = this.input.value.trim();
      if (!value) {
        setText(this.message, 'Write a few words first.');
        this.input.focus();
        return;
      }
      if (!committed(this.key)) keepPrediction(this.key, { kind: 'text', value, question: this.question, t: Date.now() });
      this.draw();
      this.flag.focus();
    }

    draw() {
      const r = committed(this.key);
      this.form.hidden = Boolean(r);
      this.flag.hidden = this.after.hidden = !r;
      this.drawNote();
      this.drawTicks();
      this.drawDraft();
      this.drawAgain();
      if (!r || this.told === r.t) return;
      this.told = r.t;
      this.flag.replaceChildren('You wrote: ', el('strong', {}, said(r)), ' Kept ', timeNode(r.t), '.');
    }
  }

  /* ---- sl-profile: a form, one piece of evidence at a time, and ours beside it -------------------- */

  class Profile extends Part {
    build() {
      this.fields = JSON.parse(this.dataset.fields);
      this.find('.sl-before').hidden = true;
      this.studies = [...this.querySelectorAll('.sl-study')].map((box) => this.buildStudy(box));
      this.sum = el('p', { class: 'sl-made', role: 'status' });
      this.note = this.makeNote();
      this.append(this.sum, this.note);
    }

    buildStudy(box) {
      const study = box.dataset.key,
        name = box.querySelector('.sl-name').textContent.trim();
      const menus = Object.entries(this.fields).map(([field, { label, options }]) => {
        const { select, line } = menu(label, Object.entries(options));
        select.addEventListener('change', () =>
          keepWork(this.id(study, field), { value: select.value, label: options[select.value] || '', question: select.value ? `${name}: ${label}` : undefined }),
        );
        return { field, select, line };
      });
      const ours = box.querySelector('.sl-ours');
      const compare = button('Compare with ours', () => this.compare(study, menus, message, ours), { class: 'sl-button sl-main' });
      const message = el('p', { class: 'sl-message', role: 'status' });
      ours.tabIndex = -1;
      ours.before(el('div', { class: 'sl-made' }, ...menus.map(({ line }) => line), el('div', { class: 'sl-buttons' }, compare), message));
      const mark = el('span', { class: 'sl-made sl-mark' });
      box.querySelector('.sl-name').after(' ', mark);
      return { study, mark, menus, ours, compare };
    }

    id(study, field) {
      return `${this.key}.${study}.${field}`;
    }

    compare(study, menus, message, ours) {
      const empty = menus.find(({ select }) => !select.value);
      if (empty) {
        setText(message, 'Choose in every field first; a guess will do.');
        empty.select.focus();
        return;
      }
      setText(message, '');
      keepWork(this.id(study, 'done'), { value: 'yes' });
      ours.focus();
    }

    draw() {
      let [asOurs, open] = [0, 0];
      const total = Object.keys(this.fields).length;
      for (const { study, mark, menus, ours, compare } of this.studies) {
        const done = Boolean(worked(this.id(study, 'done')));
        ours.hidden = !done;
        compare.hidden = done;
        for (const { field, select } of menus) {
          const r = worked(this.id(study, field));
          const value = r && Object.hasOwn(this.fields[field].options, r.value) ? r.value : '';
          if (document.activeElement !== select || done) select.value = value;
          select.disabled = done; // what was said before ours was seen stays
          const cell = ours.querySelector(`[data-field="${field}"]`);
          const same = value === cell.dataset.key;
          setText(cell.querySelector('.sl-yours'), !value ? '' : same ? '= yours' : `yours: ${this.fields[field].options[value]}`);
          if (done) asOurs += same;
        }
        if (done) open += 1;
        setText(mark, done ? '✓ compared' : '');
      }
      const expected = this.dataset.guess && committed(this.dataset.guess);
      const before = expected ? ` You expected ${said(expected)}.` : '';
      setText(this.sum, open ? `${plural(open, 'piece')} of evidence compared: ${asOurs} of ${open * total} fields as ours.${before}` : '');
      this.drawNote();
    }
  }

  /* ---- sl-reopened: the sealed test, asked before and after --------------------------------------- */

  const testIds = (words) => words.map((word) => [`pre.${word}`, `post.${word}`]);

  /* How many of the given records are right, and the line that says so. */
  function testLine(when, records) {
    const given = records.filter((r) => r && r.kind === 'choice');
    if (!given.length) return `${when}: not taken.`;
    const right = given.filter((r) => r.value === r.truth).length;
    const mean = given.reduce((sum, r) => sum + r.confidence, 0) / given.length;
    return `${when}: ${right} of ${given.length} right (${percent(right, given.length)}), ${Math.round(mean)}% sure on average.`;
  }

  class Reopened extends Part {
    build() {
      this.items = JSON.parse(this.dataset.items);
      this.ids = testIds(Object.keys(this.items));
      this.words = el('p', {});
      this.bar = el('div', { class: 'sl-made sl-bar' }, this.words, button('Show me anyway', () => this.show()));
      this.said = el('div', { class: 'sl-made', role: 'status', tabindex: '-1' });
      this.opened = this.find('.sl-opened');
      this.prepend(this.bar, this.said);
    }

    show() {
      const predictions = {};
      for (const [, post] of this.ids) if (!prediction(post)) predictions[post] = { kind: 'skip', t: Date.now() };
      sl.keep({ ...sl.empty(), predictions });
      this.said.focus();
    }

    draw() {
      const all = kept().predictions;
      const missing = this.ids.filter(([, post]) => !all[post]).length;
      this.bar.hidden = missing === 0;
      setText(this.words, `The key opens once every question is answered; ${missing === this.ids.length ? 'all' : missing} of ${this.ids.length} are still to come.`);
      this.opened.hidden = this.said.hidden = missing > 0;
      if (missing || this.settle(all)) return;
      const now = JSON.stringify(this.ids.map((pair) => pair.map((id) => all[id])));
      if (now === this.told) return;
      this.told = now;
      for (const [pre, post] of this.ids) {
        const row = this.find(`tr[data-word="${CSS.escape(pre.slice(4))}"]`);
        for (const [name, id] of Object.entries({ before: pre, now: post })) {
          const r = all[id];
          const words = r && r.kind === 'choice' ? `${r.value === r.truth ? '✓' : '✕'} ${said(r)}${sure(r)}${r.late ? ' (late)' : ''}` : 'not answered';
          setText(row.querySelector(`[data-when="${name}"]`), words);
        }
      }
      const [before, after] = [0, 1].map((k) => this.ids.map((pair) => all[pair[k]]));
      this.said.replaceChildren(el('p', {}, el('strong', {}, testLine('At the start', before))), el('p', {}, el('strong', {}, testLine('Now', after))));
    }

    /* Write the key beside what was said; true if that changed something, which draws anew. */
    settle(all) {
      const predictions = {};
      for (const [pre, post] of this.ids) {
        const { right, label } = this.items[pre.slice(4)];
        for (const id of [pre, post])
          if (all[id] && all[id].kind === 'choice' && all[id].truth === undefined) predictions[id] = { ...all[id], truth: right, truthLabel: label };
      }
      if (!Object.keys(predictions).length) return false;
      sl.keep({ ...sl.empty(), predictions });
      return true;
    }
  }

  /* ---- Looking back: calibration over everything, beliefs, and the page of the reader's own -------- */

  const NAMES = { test: 'The sealed test', claims: 'The claim desk', dial: 'Ten sealed trials' };
  const nameOf = (part, chapters) => NAMES[part] || (chapters[part] ? `${part} ${chapters[part]}` : part);

  /* Predictions by chapter, in its order; the test, the trials and the claims are parts of their own. */
  function byPart(predictions) {
    const parts = new Map();
    for (const [id, r] of Object.entries(predictions)) {
      const part = chapterOf(id);
      if (!parts.has(part)) parts.set(part, {});
      parts.get(part)[id] = r;
    }
    return [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  function calibrationOf(data, chapters) {
    const whole = pure.summary(data.predictions);
    if (!whole.n) return [el('p', {}, 'No prediction with a known outcome is kept in this browser yet.')];
    const rows = byPart(data.predictions)
      .map(([part, records]) => [nameOf(part, chapters), pure.summary(records)])
      .filter(([, s]) => s.n)
      .map(([name, { n, bands, brier }]) => {
        const right = bands.reduce((sum, b) => sum + b.right, 0),
          mean = bands.reduce((sum, b) => sum + b.said * b.n, 0) / n;
        return [name, String(n), percent(right, n), `${Math.round(mean)}%`, brier.toFixed(3)];
      });
    const right = whole.bands.reduce((sum, b) => sum + b.right, 0),
      mean = whole.bands.reduce((sum, b) => sum + b.said * b.n, 0) / whole.n;
    const gap = Math.round(mean) - Math.round((100 * right) / whole.n);
    const reading = gap > 0 ? `surer than right, by ${plural(gap, 'point')}` : gap < 0 ? `righter than sure, by ${plural(-gap, 'point')}` : 'as sure as you were right';
    return [
      el('p', {}, el('strong', {}, `Over ${plural(whole.n, 'prediction')} you were ${Math.round(mean)}% sure on average and right in ${percent(right, whole.n)}: ${reading}.`)),
      sl.calibrationCurve(whole.bands),
      el('p', {}, sl.AXES),
      ...sl.calibrationNodes(whole),
      tableNode('The same by chapter', ['Where', 'Predictions', 'Right', 'Sure on average', 'Brier score'], rows),
    ];
  }

  /* What was believed of the drug, chapter by chapter, as points on a line and in words. */
  function beliefNodes(data, ids) {
    const told = ids.map(([id, label]) => [label, data.predictions[id]]).filter(([, r]) => r && r.kind === 'probability');
    if (!told.length) return [el('p', {}, 'You have not said yet how likely you think it is that the drug works.')];
    const svg = document.createElementNS(sl.SVG, 'svg');
    const add = (tag, attributes, text) => {
      const node = document.createElementNS(sl.SVG, tag);
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
      if (text) node.textContent = text;
      svg.append(node);
    };
    const words = told.map(([label, r]) => `${label} ${Math.round(r.value)}%`).join('; ');
    for (const [name, value] of Object.entries({ viewBox: '0 0 360 180', class: 'sl-beliefs', role: 'img', 'aria-label': `Your belief by chapter: ${words}` })) svg.setAttribute(name, value);
    const x = (i) => (told.length > 1 ? 44 + (i * 290) / (told.length - 1) : 180),
      y = (value) => 130 - value * 1.1;
    for (const level of [0, 50, 100]) {
      add('path', { d: `M34 ${y(level)}H350`, stroke: 'currentColor', 'stroke-opacity': 0.25 });
      add('text', { x: 30, y: y(level) + 4, 'text-anchor': 'end', 'font-size': 12, fill: 'currentColor' }, `${level}%`);
    }
    add('path', { d: told.map(([, r], i) => `${i ? 'L' : 'M'}${x(i)} ${y(r.value)}`).join(''), fill: 'none', stroke: 'currentColor', 'stroke-width': 2, 'stroke-dasharray': '5 3' });
    told.forEach(([label, r], i) => {
      add('circle', { cx: x(i), cy: y(r.value), r: 4, fill: 'currentColor' });
      add('text', { x: x(i), y: y(r.value) - 10, 'text-anchor': 'middle', 'font-size': 12, fill: 'currentColor' }, `${Math.round(r.value)}%`);
      add('text', { x: x(i), y: 152, 'text-anchor': 'middle', 'font-size': 12, fill: 'currentColor' }, label);
    });
    return [svg, el('p', {}, `How likely you thought it that the drug slows ALS, by chapter: ${words}.`)];
  }

  /* An element that shows what is kept, and draws itself anew when that changes. */
  class Look extends Part {
    build() {
      const before = this.find('.sl-before');
      if (before) before.hidden = true;
      this.box = el('div', { class: 'sl-list' });
      this.append(el('div', { class: 'sl-made' }, this.box));
    }
    draw() {
      const data = kept();
      const now = JSON.stringify(data);
      if (now === this.told) return;
      this.told = now;
      this.box.replaceChildren(...this.nodes(data));
    }
  }

  class Calibration extends Look {
    nodes(data) {
      const guess = committed(this.dataset.guess);
      const before = guess ? [el('p', { class: 'sl-said' }, `Beforehand you said: ${said(guess)}${sure(guess)}.`)] : [];
      return [...before, ...calibrationOf(data, JSON.parse(this.dataset.chapters))];
    }
  }

  class Beliefs extends Look {
    nodes(data) {
      return beliefNodes(data, JSON.parse(this.dataset.ids));
    }
  }

  const STYLE =
    'body{max-width:50rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;color:#1f2328}' +
    '.sl-scroll{overflow-x:auto}.sl-wrote{white-space:pre-line;border-left:4px solid #a5123b;padding-left:.75rem}' +
    'table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}caption{text-align:left;font-weight:600}' +
    'th,td{padding:.3rem .6rem .3rem 0;border-bottom:1px solid #e1e5ea;text-align:left;vertical-align:top}' +
    'svg{max-width:100%;overflow:visible}h2{break-after:avoid}';

  class SecondLook extends Look {
    build() {
      super.build();
      this.chapters = JSON.parse(this.dataset.chapters);
      this.beliefs = JSON.parse(this.dataset.beliefs);
      this.profile = JSON.parse(this.dataset.profile);
      const id = freshId();
      this.name = el('input', { id, type: 'text', maxlength: 100, autocomplete: 'off', class: 'sl-input sl-name' });
      this.name.addEventListener('input', () => setText(this.whose, this.heading));
      this.status = el('p', { class: 'sl-message', role: 'status' });
      this.report = this.find('.sl-report');
      this.whose = el('p', { class: 'sl-made sl-whose' });
      this.report.prepend(this.whose, this.box.parentNode);
      this.prepend(
        el(
          'div',
          { class: 'sl-made sl-tools' },
          el('p', { class: 'sl-line' }, el('label', { for: id }, 'A name to stand on it, if you like (it is not kept)'), ' ', this.name),
          el('div', { class: 'sl-buttons' }, button('Print this page', () => window.print(), { class: 'sl-button sl-main' }), button('Save it as a file', () => this.save())),
          this.status,
        ),
      );
    }

    get heading() {
      const day = new Date().toLocaleDateString('en-GB', { dateStyle: 'long' });
      return `${this.name.value.trim() ? `${this.name.value.trim()}, ` : ''}${day}`;
    }

    /* A page of its own that needs nothing: no script, no style sheet, no server. */
    save() {
      const page = document.implementation.createHTMLDocument('My second look');
      page.documentElement.lang = 'en';
      const [meta, view] = [page.createElement('meta'), page.createElement('meta')],
        style = page.createElement('style'),
        title = page.createElement('h1');
      meta.setAttribute('charset', 'utf-8');
      style.textContent = STYLE;
      title.textContent = 'My second look';
      view.setAttribute('name', 'viewport');
      view.setAttribute('content', 'width=device-width, initial-scale=1');
      page.head.prepend(meta, view);
      page.head.append(style);
      const copy = page.importNode(this.report, true);
      copy.querySelectorAll('[hidden]').forEach((node) => node.remove());
      copy.querySelectorAll('a').forEach((link) => link.replaceWith(...link.childNodes));
      const foot = page.createElement('p');
      foot.textContent = `Made with the course A Second Look: the methylcobalamin story (${location.origin}${location.pathname}). Nothing here is medical advice.`;
      page.body.append(title, copy, foot);
      const text = `<!doctype html>\n${new XMLSerializer().serializeToString(page.documentElement)}`;
      sl.download('my-second-look.html', text, 'text/html');
      setText(this.status, 'Saved. The file is with your downloads, and opens in any browser.');
    }

    draw() {
      setText(this.whose, this.heading);
      super.draw();
    }

    nodes(data) {
      const parts = new Map(byPart(data.predictions));
      const section = (title, ...nodes) => [el('h2', {}, title), ...nodes.flat()];
      return [
        ...section('What I believed', beliefNodes(data, this.beliefs), this.otherBeliefs(data)),
        ...section('What I predicted', this.predicted(parts)),
        ...section('How well I knew what I knew', calibrationOf(data, this.chapters)),
        ...section('The sealed test, before and after', this.tested(data)),
        ...section('Claims that I judged', this.judged(parts)),
        ...section('My evidence profile', this.profiled(data)),
        ...section('In my own words', this.written(data)),
      ];
    }

    otherBeliefs(data) {
      const charted = this.beliefs.map(([id]) => id);
      const rows = Object.entries(data.predictions)
        .filter(([id, r]) => r.kind === 'probability' && r.truth === undefined && !charted.includes(id))
        .sort((a, b) => a[1].t - b[1].t)
        .map(([id, r]) => [id.slice(0, 2), r.question || '', said(r)]);
      return rows.length ? [tableNode('Other beliefs', ['Chapter', 'Asked', 'I said'], rows)] : [];
    }

    predicted(parts) {
      const tables = [...parts]
        .filter(([part]) => !['test', 'claims'].includes(part))
        .map(([part, records]) => [
          part,
          Object.values(records)
            .filter((r) => ['number', 'choice', 'order'].includes(r.kind))
            .sort((a, b) => a.t - b.t),
        ])
        .filter(([, records]) => records.length)
        .map(([part, records]) =>
          tableNode(
            nameOf(part, this.chapters),
            ['Question', 'I said', 'It came out as', 'Verdict'],
            records.map((r) => [r.question || '', `${said(r)}${sure(r)}`, came(r), this.word(r)]),
          ),
        );
      return tables.length ? tables : [el('p', {}, 'Nothing predicted yet in this browser.')];
    }

    word(r) {
      if (r.truth === undefined) return 'open';
      const right = pure.wasRight(r);
      return (right === null ? '' : right ? 'right' : 'not this time') + (r.late ? ' (late)' : '');
    }

    tested(data) {
      const of = (prefix) => Object.entries(data.predictions).filter(([id]) => id.startsWith(prefix)).map(([, r]) => r);
      const settled = (records) => records.length === 0 || records.every((r) => r.kind === 'skip' || r.truth !== undefined);
      const [pre, post] = [of('pre.'), of('post.')];
      if (!pre.length && !post.length) return [el('p', {}, 'Not taken yet: it stands at the end of chapter 00, and again in chapter 07.')];
      if (!settled(pre) || !settled(post)) return [el('p', {}, 'Still sealed: it opens in chapter 07.')];
      return [el('p', {}, testLine('At the start', pre)), el('p', {}, testLine('Now', post))];
    }

    judged(parts) {
      const records = Object.values(parts.get('claims') || {}).sort((a, b) => a.t - b.t);
      if (!records.length) return [el('p', {}, 'None judged yet: the claim desk stands in chapter 06.')];
      const right = records.filter((r) => r.value === r.truth).length;
      return [
        el('p', {}, `${plural(records.length, 'claim')}, ${right} judged as the course does.`),
        tableNode(
          'Claims and verdicts',
          ['Claim', 'My verdict', 'The course’s', 'Kind of error'],
          records.map((r) => [r.question || '', `${said(r)}${sure(r)}`, came(r), this.kinds(r)]),
        ),
      ];
    }

    kinds({ also, alsoTruth }) {
      if (!also || !alsoTruth) return '';
      return also === alsoTruth ? `${also}, as the course` : `mine: ${also}; the course’s: ${alsoTruth}`;
    }

    profiled(data) {
      const { id, fields, studies } = this.profile;
      const tables = Object.entries(studies).flatMap(([study, { name, ours }]) => {
        const done = data.work[`${id}.${study}.done`];
        const rows = Object.entries(fields).map(([field, { label, options }]) => {
          const r = data.work[`${id}.${study}.${field}`];
          const mine = r && Object.hasOwn(options, r.value) ? options[r.value] : '';
          return [label, mine, !done ? 'not compared yet' : r && r.value === ours[field] ? 'the same' : options[ours[field]]];
        });
        return rows.some(([, mine]) => mine) ? [tableNode(name, ['Asked', 'I said', 'The course says'], rows)] : [];
      });
      return tables.length ? tables : [el('p', {}, 'Nothing filled in yet: the profile stands in chapter 07.')];
    }

    written(data) {
      const texts = [
        ...Object.values(data.predictions).filter((r) => r.kind === 'text'),
        ...Object.entries(data.work).filter(([id, r]) => id.endsWith('.again') && r.value.trim()).map(([, r]) => r),
      ].sort((a, b) => a.t - b.t);
      if (!texts.length) return [el('p', {}, 'Nothing written yet in this browser.')];
      const ticked = Object.entries(data.work).filter(([id, r]) => id.endsWith('.ticks') && r.question);
      return [
        ...texts.flatMap((r) => [el('p', { class: 'sl-asked' }, el('em', {}, r.question || '')), el('p', { class: 'sl-wrote' }, r.value)]),
        ...ticked.map(([, r]) => el('p', {}, `${r.question}: ${r.label} criteria met, by my own count.`)),
      ];
    }
  }

  customElements.define('sl-desk', Desk);
  customElements.define('sl-order', Order);
  customElements.define('sl-ordered', Ordered);
  customElements.define('sl-write', Write);
  customElements.define('sl-profile', Profile);
  customElements.define('sl-reopened', Reopened);
  customElements.define('sl-calibration', Calibration);
  customElements.define('sl-beliefs', Beliefs);
  customElements.define('sl-second-look', SecondLook);
})();
