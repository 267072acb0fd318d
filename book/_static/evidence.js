// A filter for what the pages Evidence, Claims and Anomalies list. Without it a page is whole:
// everything is in the HTML. What is listed are the rows of tables or the articles of a list. A
// table or list says what one of its entries is (data-one, data-many), what one might type
// (data-example), and which attributes of its entries are choices: data-choices="verdict=Verdict;…".
(() => {
  const LISTS = "table.sl-values, .sl-puzzles";
  const lists = [...document.querySelectorAll(LISTS)];
  if (!lists.length) return;

  const plain = (text) =>
    text.toLowerCase().replaceAll("−", "-").replaceAll("≤ ", "<=").replaceAll("≥ ", ">=");
  const entriesOf = (list) => [...(list.tBodies?.[0].rows ?? list.children)];
  const entries = lists.flatMap((list) => {
    const section = list.closest("section")?.querySelector("h2")?.textContent ?? "";
    const above = `${list.caption?.textContent ?? ""} ${section}`;
    return entriesOf(list).map((entry) => ({ entry, text: plain(`${entry.textContent} ${above}`) }));
  });

  const { one = "value", many = "values", example = "hazard ratio early, or 0.57" } =
    lists[0].dataset;
  const form = document.createElement("form");
  form.className = "sl-filter";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", `Among the ${many}`);
  form.innerHTML =
    '<label for="sl-find"></label>' +
    '<input id="sl-find" type="search" autocomplete="off" spellcheck="false">' +
    '<button type="button" hidden>Clear</button><p role="status"></p>';
  const input = form.querySelector("input");
  const clear = form.querySelector("button");
  const status = form.querySelector("p");
  form.querySelector("label").textContent = `Find a ${one}`;
  input.placeholder = example;

  // One menu for each choice, its options with how many entries have them.
  const choices = (lists[0].dataset.choices ?? "").split(";").filter(Boolean);
  const menus = choices.map((choice) => {
    const [key, name] = choice.split("=");
    const counts = new Map();
    for (const { entry } of entries)
      counts.set(entry.dataset[key], (counts.get(entry.dataset[key]) ?? 0) + 1);
    const menu = document.createElement("select");
    menu.dataset.key = key;
    menu.setAttribute("aria-label", name);
    menu.append(new Option("any", ""));
    for (const word of [...counts.keys()].sort())
      menu.append(new Option(`${word} (${counts.get(word)})`, word));
    const label = document.createElement("label");
    label.append(`${name} `, menu);
    clear.before(label);
    menu.addEventListener("change", () => show());
    return menu;
  });
  const first = lists[0].closest("section");
  first.parentNode.insertBefore(form, first);

  function show() {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let left = 0;
    const asked = menus.filter((menu) => menu.value);
    for (const { entry, text } of entries) {
      entry.hidden =
        !words.every((word) => text.includes(word)) ||
        !asked.every((menu) => entry.dataset[menu.dataset.key] === menu.value);
      left += !entry.hidden;
    }
    for (const list of lists) list.hidden = entriesOf(list).every((entry) => entry.hidden);
    for (const section of new Set(lists.map((list) => list.closest("section"))))
      section.hidden = [...section.querySelectorAll(LISTS)].every((list) => list.hidden);
    clear.hidden = !words.length && !asked.length;
    status.textContent = clear.hidden
      ? `${entries.length} ${many}`
      : left
        ? `${left} of ${entries.length} ${many} match`
        : "Nothing matches. Try fewer words, or a number as it is printed.";
  }

  function showAll() {
    for (const field of [input, ...menus]) field.value = "";
    show();
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
  clear.addEventListener("click", () => {
    clearTimeout(waiting);
    showAll();
    input.focus(); // the button is gone
  });

  // A link to an entry that the filter hides must still lead to it.
  function reveal() {
    const entry = document.getElementById(location.hash.slice(1));
    if (!entry || !entry.closest("[hidden]")) return;
    showAll();
    entry.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  show();
})();
