// A filter for the tables of the pages Evidence and Claims. Without it a page is whole: every row
// is in the HTML. A table says what a row is (data-one, data-many), what one might type
// (data-example), and which attributes of its rows are choices: data-choices="verdict=Verdict;…".
(() => {
  const tables = [...document.querySelectorAll("table.sl-values")];
  if (!tables.length) return;

  const plain = (text) =>
    text.toLowerCase().replaceAll("−", "-").replaceAll("≤ ", "<=").replaceAll("≥ ", ">=");
  const rows = tables.flatMap((table) =>
    [...table.tBodies[0].rows].map((row) => {
      const section = table.closest("section")?.querySelector("h2")?.textContent ?? "";
      return { row, text: plain(`${row.textContent} ${table.caption.textContent} ${section}`) };
    }),
  );

  const { one = "value", many = "values", example = "hazard ratio early, or 0.57" } =
    tables[0].dataset;
  const form = document.createElement("form");
  form.className = "sl-filter";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "In the tables");
  form.innerHTML =
    '<label for="sl-find"></label>' +
    '<input id="sl-find" type="search" autocomplete="off" spellcheck="false">' +
    '<p role="status"></p>';
  const input = form.querySelector("input");
  const status = form.querySelector("p");
  form.querySelector("label").textContent = `Find a ${one}`;
  input.placeholder = example;

  // One list for each choice, its entries with how many rows have them.
  const choices = (tables[0].dataset.choices ?? "").split(";").filter(Boolean);
  const lists = choices.map((choice) => {
    const [key, name] = choice.split("=");
    const counts = new Map();
    for (const { row } of rows)
      counts.set(row.dataset[key], (counts.get(row.dataset[key]) ?? 0) + 1);
    const list = document.createElement("select");
    list.dataset.key = key;
    list.setAttribute("aria-label", name);
    list.append(new Option("any", ""));
    for (const word of [...counts.keys()].sort())
      list.append(new Option(`${word} (${counts.get(word)})`, word));
    const label = document.createElement("label");
    label.append(`${name} `, list);
    status.before(label);
    list.addEventListener("change", () => show());
    return list;
  });
  const first = tables[0].closest("section");
  first.parentNode.insertBefore(form, first);

  function show() {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let left = 0;
    const asked = lists.filter((list) => list.value);
    for (const { row, text } of rows) {
      row.hidden =
        !words.every((word) => text.includes(word)) ||
        !asked.every((list) => row.dataset[list.dataset.key] === list.value);
      left += !row.hidden;
    }
    for (const table of tables) table.hidden = [...table.tBodies[0].rows].every((r) => r.hidden);
    for (const section of new Set(tables.map((table) => table.closest("section"))))
      section.hidden = [...section.querySelectorAll("table.sl-values")].every((t) => t.hidden);
    status.textContent = !words.length && !asked.length
      ? `${rows.length} ${many}`
      : left
        ? `${left} of ${rows.length} ${many} match`
        : "Nothing matches. Try fewer words, or a number as it is printed.";
  }

  // Speak after a pause, not at every key.
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    show();
  });

  // A link to a row that the filter hides must still lead to it.
  function reveal() {
    const row = document.getElementById(location.hash.slice(1));
    if (!row || !row.closest("[hidden]")) return;
    for (const field of [input, ...lists]) field.value = "";
    show();
    row.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  show();
})();
