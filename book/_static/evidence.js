// A filter box for the page Evidence. Without it the page is whole: every row is in the HTML.
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

  const form = document.createElement("form");
  form.className = "sl-filter";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "In the tables");
  form.innerHTML =
    '<label for="sl-find">Find a value</label>' +
    '<input id="sl-find" type="search" autocomplete="off" spellcheck="false"' +
    ' placeholder="hazard ratio early, or 0.57">' +
    '<p role="status"></p>';
  const input = form.querySelector("input");
  const status = form.querySelector("p");
  const first = tables[0].closest("section");
  first.parentNode.insertBefore(form, first);

  function show() {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let left = 0;
    for (const { row, text } of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      left += !row.hidden;
    }
    for (const table of tables) table.hidden = [...table.tBodies[0].rows].every((r) => r.hidden);
    for (const section of new Set(tables.map((table) => table.closest("section"))))
      section.hidden = [...section.querySelectorAll("table.sl-values")].every((t) => t.hidden);
    status.textContent = !words.length
      ? `${rows.length} values`
      : left
        ? `${left} of ${rows.length} values match`
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
    input.value = "";
    show();
    row.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  show();
})();
