// A notebook here links to pages of the site (`../../../book/evidence.html#…` from its own file).
// JupyterLab takes such a link for a file beside the notebook; this points it at the page again.
(() => {
  const lite = new URL(".", document.currentScript.src);
  const files = new URL("files/", lite).href;
  const site = new URL("..", lite).href;

  function mend(link) {
    const page = link.href.startsWith(files) && link.href.slice(files.length);
    if (!page || !/^[^?#]+\.html(#|$)/.test(page)) return;
    delete link.dataset.commandlinkerCommand; // else a click looks for it among the notebooks
    delete link.dataset.commandlinkerArgs;
    link.target = "_blank";
    link.rel = "noopener";
    link.href = site + page;
  }

  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      for (const node of [target, ...addedNodes]) {
        if (node.nodeName === "A") mend(node);
        else node.querySelectorAll?.(".jp-RenderedMarkdown a, .jp-RenderedHTML a").forEach(mend);
      }
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["href"] });
})();
