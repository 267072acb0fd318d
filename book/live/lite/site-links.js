// A notebook's links to the site's own pages (`../../../book/evidence.html#…`) lead out of
// JupyterLite's files. JupyterLab would look for them among the notebooks: open the page instead.
(() => {
  const lite = new URL(".", document.currentScript.src);
  const site = new URL("..", lite).href;
  addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.(".jp-RenderedMarkdown a[href], .jp-RenderedHTML a[href]");
      if (!link || !link.href.startsWith(site) || link.href.startsWith(lite.href)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      open(link.href, "_blank", "noopener");
    },
    true,
  );
})();
