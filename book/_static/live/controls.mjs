// What ipywidgets leaves unsaid: names and values of its sliders, for those who do not see them.

/** Name every control in the box, now and whenever a widget draws itself anew. */
export function nameControls(box) {
  name(box);
  new MutationObserver(() => name(box)).observe(box, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ['aria-valuetext', 'class'],
  });
}

function name(box) {
  for (const widget of box.querySelectorAll('.jupyter-widgets:is(.widget-slider, .widget-hslider, .widget-vslider)')) {
    nameSlider(widget);
  }
  for (const button of box.querySelectorAll('.widget-toggle-button')) {
    set(button, 'aria-pressed', String(button.classList.contains('mod-active')));
  }
  for (const group of box.querySelectorAll('.widget-radio, .widget-toggle-buttons')) {
    set(group, 'role', group.matches('.widget-radio') ? 'radiogroup' : 'group');
    set(group, 'aria-label', labelOf(group));
  }
  for (const select of box.querySelectorAll('.jupyter-widgets :is(select, input:not([type=radio], [type=checkbox]))')) {
    if (!select.labels?.length) set(select, 'aria-label', labelOf(select.closest('.jupyter-widgets')));
  }
}

function nameSlider(widget) {
  const label = labelOf(widget);
  const readout = widget.querySelector('.widget-readout');
  const handles = widget.querySelectorAll('.noUi-handle');
  handles.forEach((handle, i) => {
    const end = handles.length > 1 ? [', from', ', to'][i] : '';
    set(handle, 'aria-label', label + end);
    if (readout && handles.length === 1) set(handle, 'aria-valuetext', readout.textContent.trim());
  });
  if (readout?.isContentEditable) {
    set(readout, 'role', 'textbox');
    set(readout, 'aria-label', `${label}, typed`);
  }
}

function labelOf(widget) {
  return widget.querySelector('.widget-label')?.textContent.trim() || widget.title || 'Setting';
}

/** Setting only what differs keeps the observer from hearing itself for ever. */
function set(node, attribute, value) {
  if (value && node.getAttribute(attribute) !== value) node.setAttribute(attribute, value);
}
