// Change a cell's code where it stands, run it, put the original back.

/**
 * Give a cell its "Edit and run". `run(cell)` is called when the reader asks for it.
 */
export function makeEditable(cell, run) {
  const input = cell.node?.querySelector('.cell_input');
  if (!input || input.querySelector('.live-edit')) return;
  const listing = input.querySelector('pre');
  const printed = [...listing.childNodes];
  const tools = document.createElement('div');
  tools.className = 'live-edit';
  const edit = button('Edit and run', () => open());
  tools.append(edit);
  input.append(tools);

  const form = editor(cell, {
    run: () => { take(); run(cell); },
    reset: () => { form.area.value = cell.original; fit(form.area); form.area.focus(); },
    close: () => close(),
  });

  function open() {
    form.area.value = cell.draft ?? cell.source;
    tools.replaceChildren(form);
    input.classList.add('live-editing');
    fit(form.area);
    form.area.focus({ preventScroll: true });
  }

  function close() {
    cell.draft = form.area.value;
    tools.replaceChildren(edit);
    input.classList.remove('live-editing');
    edit.focus({ preventScroll: true });
  }

  /** What stands in the listing is what runs. */
  function take() {
    cell.source = form.area.value;
    show();
  }

  function show() {
    if (cell.source === cell.original) listing.replaceChildren(...printed);
    else listing.replaceChildren(cell.source);
    edit.textContent = cell.source === cell.original ? 'Edit and run' : 'Edit and run (changed)';
  }

  cell.reset = () => {
    cell.source = cell.original;
    cell.draft = undefined;
    form.area.value = cell.original;
    fit(form.area);
    show();
  };
}

function editor(cell, { run, reset, close }) {
  const form = document.createElement('form');
  const area = document.createElement('textarea');
  Object.assign(area, { spellcheck: false, autocapitalize: 'off', autocomplete: 'off', wrap: 'off' });
  const hint = document.createElement('p');
  hint.id = `${cell.id}-keys`;
  hint.className = 'live-keys';
  hint.textContent = 'Shift+Enter runs, Esc leaves the code, Tab goes on to the buttons.';
  area.setAttribute('aria-label', `Python code of cell ${cell.number}`);
  area.setAttribute('aria-describedby', hint.id);
  area.addEventListener('input', () => fit(area));
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.shiftKey) run();
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  form.addEventListener('submit', (event) => { event.preventDefault(); run(); });
  const go = button('Run', null);
  go.type = 'submit';
  form.append(area, go, button('Reset to the original', reset), button('Close', close), hint);
  form.area = area;
  return form;
}

function fit(area) {
  area.rows = Math.max(2, area.value.split('\n').length);
}

function button(text, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  if (act) made.addEventListener('click', act);
  return made;
}
