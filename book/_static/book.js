// Two small courtesies of the page. Without this script everything is still there.
(() => {
  const page = document.documentElement;

  // Escape puts away the note of a number until the pointer or the focus moves on.
  const show = () => page.removeAttribute("data-sl-notes");
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") page.dataset.slNotes = "off";
  });
  addEventListener("focusin", show);
  addEventListener("pointerover", show);

  // Paper has no button to unfold with: open what is folded, all but code, and fold it again.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(".bd-article details:not([open], .hide)")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });
})();
