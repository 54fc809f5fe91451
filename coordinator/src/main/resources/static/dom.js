// Small means to build the page: elements, and only what changed.

/** An element: `h("p", {class: "x", onclick: f}, "text", child)`. Empty children are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  apply(element, attributes);
  append(element, children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  apply(element, attributes);
  append(element, children);
  return element;
}

function apply(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false && child !== "") {
      element.append(child);
    }
  }
}

const drawn = new WeakMap();

/**
 * Draws a list of keyed parts into a place: a part is made anew only when its `mark` changed, so
 * that what a person has opened, selected or focused stays as it is.
 *
 * @param parts `[{key, mark, draw: () => element}]`
 */
export function draw(place, parts) {
  const before = drawn.get(place) ?? new Map();
  const after = new Map();
  const focused = document.activeElement?.dataset?.focus;
  const elements = parts.map(({ key, mark, draw: make }) => {
    const old = before.get(key);
    const part = old && old.mark === mark ? old : { mark, element: remade(old, make()) };
    after.set(key, part);
    return part.element;
  });
  drawn.set(place, after);
  const same =
    place.childNodes.length === elements.length &&
    elements.every((element, i) => place.childNodes[i] === element);
  if (!same) {
    place.replaceChildren(...elements);
  }
  if (focused && document.activeElement?.dataset?.focus !== focused) {
    document.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}

/** What was open stays open. */
function remade(old, element) {
  if (old) {
    const open = [...old.element.querySelectorAll("details[open]")].map((it) => it.dataset.key);
    element.querySelectorAll("details").forEach((it) => {
      if (open.includes(it.dataset.key)) {
        it.open = true;
      }
    });
  }
  return element;
}
