// A notebook that is downloaded leaves the site: its links to our pages get the site's address.
addEventListener('click', async (event) => {
  const link = event.target.closest?.('a[href$=".ipynb"]');
  if (!link?.pathname.includes('/_sources/')) return;
  event.preventDefault();
  const answer = await fetch(link.href).catch(() => null);
  if (!answer?.ok) {
    open(link.href, '_blank', 'noopener');
    return;
  }
  const notebook = await answer.json();
  for (const cell of notebook.cells.filter((c) => c.cell_type === 'markdown')) {
    cell.source = [cell.source].flat().join('')
      .replace(/(\]\(<?|href=")(\.\.?\/[^)\s>"]+)/g, (_, before, to) => before + new URL(to, link.href).href);
  }
  const file = new Blob([JSON.stringify(notebook, null, 1)], { type: 'application/x-ipynb+json' });
  const save = Object.assign(document.createElement('a'), {
    href: URL.createObjectURL(file),
    download: link.pathname.split('/').pop(),
  });
  save.click();
  setTimeout(() => URL.revokeObjectURL(save.href), 60000);
});
