type Child = Node | string;

/** An HTML element with attributes and children; strings become text and never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The same for SVG. */
export function shape(
  tag: string,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: readonly Child[]
): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** A labelled choice; `onPick` is told of each one picked. */
export function choice(
  label: string,
  id: string,
  options: readonly (readonly [value: string, text: string])[],
  picked: string,
  onPick: (value: string) => void,
): HTMLLabelElement {
  const select = element("select", { id });
  for (const [value, text] of options) select.append(element("option", { value }, text));
  select.value = picked;
  select.addEventListener("change", () => onPick(select.value));
  return element("label", { class: "choice" }, label, select);
}

/** A button with a name for those who do not see its sign. */
export function button(id: string, sign: string, name: string, onPress: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", id, "aria-label": name, title: name }, sign);
  made.addEventListener("click", onPress);
  return made;
}
