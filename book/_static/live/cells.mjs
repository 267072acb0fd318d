// The code cells of the page: show what each prints, let the reader change and run it, and leave
// the page as it was printed wherever Python has nothing new to show.
import { nameControls } from './controls.mjs';

// These work without Python. When a cell brings the same ones again, those on the page stay, with
// what the reader is typing.
const QUESTIONS =
  'sl-predict, sl-answer, sl-quiz, sl-my-predictions, sl-desk, sl-order, sl-write, sl-profile';
const BESIDES = 'svg, img, table, canvas, iframe, input, .jupyter-widgets';
const LONGEST_WAIT = 4000; // milliseconds for an output to draw itself

/** Return the cells of this page, in order. Those tagged remove-cell have no place on it. */
export function readCells(data) {
  return data.cells.map((cell, i) => new Cell(cell, i + 1));
}

/** Change the page without moving what the reader is looking at, a third of the way down. */
export function keepPlace(change) {
  const eye = 0.35 * window.innerHeight;
  const distance = (block) => {
    const { top, bottom } = block.getBoundingClientRect();
    return Math.max(top - eye, eye - bottom, 0);
  };
  const blocks = [...document.querySelectorAll('article :is(h1, h2, h3, h4, p, li, .cell, .live-bar)')]
    .filter((block) => !block.parentElement.closest('.cell, .live-bar'));
  const anchor = blocks.reduce((a, b) => (a && distance(a) <= distance(b) ? a : b), null);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (!anchor?.isConnected) return;
  const moved = anchor.getBoundingClientRect().top - before;
  if (Math.abs(moved) >= 1) window.scrollBy({ top: moved, behavior: 'instant' });
}

export class Cell {
  constructor({ index, source, tags }, number) {
    Object.assign(this, { source, tags, number, original: source });
    this.node = document.querySelector(`div.cell.live-cell-${index}`);
    this.id = `live-cell-${index}`;
    this.printed = null; // the nodes of the static page, while they are put away
    this.shown = null; // what Python shows in their place: {box, output}
  }

  /** The place of this cell's output; made when the printed page has none. */
  get place() {
    let place = this.node?.querySelector(':scope .cell_output');
    if (!place && this.node) {
      place = document.createElement('div');
      place.className = 'cell_output docutils container';
      this.node.append(place);
    }
    return place;
  }

  /** Run the cell. Resolves with {name, message} of its exception, or undefined. */
  async run(python) {
    this.forget();
    const box = document.createElement('div');
    box.className = 'live-output live-pending';
    const before = this.node?.querySelector('.cell_output');
    const place = this.place;
    box.inert = true;
    (place ?? document.createElement('div')).append(box);
    place?.setAttribute('aria-busy', 'true');
    this.node?.classList.add('live-running');
    try {
      const output = python.output(this.source, this.id, box);
      const error = await output.run();
      if (place) {
        await drawn(box);
        this.#finish(box, output);
      }
      return this.tags.includes('raises-exception') ? undefined : error;
    } catch (error) {
      box.remove();
      throw error;
    } finally {
      place?.removeAttribute('aria-busy');
      this.node?.classList.remove('live-running');
      if (!before && place && !place.childElementCount) place.remove();
    }
  }

  #finish(box, output) {
    const { place } = this;
    const old = [...place.children].filter((child) => child !== box);
    if (sameQuestions(old, box)) {
      output.dispose();
      box.remove();
      return;
    }
    const lab = place.querySelector('.sl-lab[data-lab]')?.dataset.lab;
    if (lab) box.dataset.lab = lab;
    likePrinted(old, box);
    nameControls(box);
    const swap = () => {
      this.forget = () => {};
      keepPlace(() => {
        this.printed ??= old;
        this.shown?.output.dispose();
        old.forEach((child) => child.remove());
        box.classList.remove('live-pending');
        box.inert = false;
      });
      this.shown = { box, output };
    };
    const cancel = whenFree(old, swap);
    if (!cancel) return;
    this.forget = () => {
      cancel();
      output.dispose();
      box.remove();
      this.forget = () => {};
    };
  }

  /** Drop an output that still waits for the reader to leave the old one. */
  forget() {}

  /** Make what Python showed untouchable, because that Python is gone. */
  freeze() {
    if (this.shown) this.shown.box.inert = true;
  }

  /** Put back what the static page had. */
  restore() {
    this.forget();
    if (!this.printed) return;
    const { place } = this;
    keepPlace(() => {
      this.shown?.output.dispose();
      place.replaceChildren(...this.printed);
      if (!this.printed.length) place.remove();
    });
    this.printed = null;
    this.shown = null;
  }
}

/**
 * Act once the reader is not in the old output: what they type there must not vanish.
 * Returns nothing if it acted at once, else a function that calls it off.
 */
function whenFree(old, act) {
  const inside = () => old.some((child) => child.contains(document.activeElement));
  if (!inside()) return act();
  const place = old[0].parentElement;
  let waiting = true; // the focus may move several times before a timer runs
  const cancel = () => {
    waiting = false;
    place.removeEventListener('focusout', left);
  };
  const left = () => setTimeout(() => {
    if (!waiting || inside()) return;
    cancel();
    act();
  });
  place.addEventListener('focusout', left);
  return cancel;
}

/** Tell whether the new output holds nothing but the questions that stand here already. */
function sameQuestions(old, box) {
  const key = (node) => `${node.localName} ${node.dataset.id} ${node.querySelector('.sl-question')?.textContent.trim()}`;
  const here = old.flatMap((child) => [...child.querySelectorAll(QUESTIONS)]).map(key);
  const fresh = [...box.querySelectorAll(QUESTIONS)];
  if (!fresh.length || fresh.map(key).join('\n') !== here.join('\n')) return false;
  const rest = box.cloneNode(true);
  rest.querySelectorAll(`${QUESTIONS}, style, script`).forEach((node) => node.remove());
  return !rest.textContent.trim() && !rest.querySelector(BESIDES);
}

/** Resolve when everything in the box is drawn: widgets and texts come a moment after the rest. */
async function drawn(box) {
  const blank = (output) => {
    if (output.dataset.mimeType?.endsWith('widget-view+json')) return !output.querySelector('.jupyter-widgets');
    return output.matches('.jp-RenderedText') && !output.textContent;
  };
  const end = Date.now() + LONGEST_WAIT;
  // A page in the background draws nothing before it is looked at.
  while (!document.hidden && Date.now() < end && [...box.querySelectorAll('.jp-OutputArea-output')].some(blank)) {
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Give what Python shows the looks and the descriptions that it has on the printed page. */
function likePrinted(old, box) {
  // the page's styles for HTML, not JupyterLab's
  for (const html of box.querySelectorAll('.jp-RenderedHTML')) {
    html.classList.remove('jp-RenderedHTMLCommon');
    html.classList.add('output', 'text_html');
  }
  // plots of matplotlib come without a description
  const images = old.flatMap((child) => [...child.querySelectorAll('img')]);
  [...box.querySelectorAll('img:not([alt])')].forEach((image, i) => {
    image.alt = images[i]?.alt ?? '';
  });
  // a table's empty corner is no heading
  for (const corner of box.querySelectorAll('thead th:empty')) {
    corner.replaceWith(document.createElement('td'));
  }
}
