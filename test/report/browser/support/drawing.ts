/** A mark of an axis: what it says as a number, and where it stands. */
export interface Tick {
  readonly value: number;
  readonly place: number;
}

/** A dot of a drawing. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly fill: string | null;
}

/** A rectangle of a drawing. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: string | null;
}

/** The marks of an axis; of several panels, those of the first. */
export function ticksOf(svg: Element, axis: "x" | "y"): Tick[] {
  const found = new Map<number, Tick>();
  for (const text of svg.querySelectorAll(`[aria-label='${axis}-axis tick label'] text`)) {
    const value = Number.parseFloat(text.textContent ?? "");
    const place = shiftOf(text)[axis === "x" ? 0 : 1];
    if (!found.has(value)) found.set(value, { value, place });
  }
  return [...found.values()];
}

/** All dots, in the order in which they are drawn. */
export function circlesOf(svg: Element): Dot[] {
  return [...svg.querySelectorAll("[aria-label=dot] circle")].map((circle) => ({
    x: numberOf(circle, "cx"),
    y: numberOf(circle, "cy"),
    r: numberOf(circle, "r"),
    fill: styleOf(circle, "fill"),
  }));
}

/** All rectangles of the marks with this name, placed on the whole drawing. */
export function rectsOf(svg: Element, name: string): Rect[] {
  return [...svg.querySelectorAll(`[aria-label=${name}] rect`)].map((rect) => ({
    x: numberOf(rect, "x") + shiftOf(rect.parentElement as Element)[0],
    y: numberOf(rect, "y"),
    width: numberOf(rect, "width"),
    height: numberOf(rect, "height"),
    fill: styleOf(rect, "fill"),
  }));
}

/** The corners of all lines. */
export function linesOf(svg: Element): { points: number[][]; stroke: string | null; isDashed: boolean }[] {
  return [...svg.querySelectorAll("[aria-label=line] path")].map((path) => ({
    points: cornersOf(path.getAttribute("d") ?? ""),
    stroke: styleOf(path, "stroke"),
    isDashed: styleOf(path, "stroke-dasharray") !== null,
  }));
}

/** What the drawing says of the place that is pointed at. @param frame lets a frame pass: several panels agree in it on who is nearest */
export function labelAt(
  svg: Element,
  x: number,
  y: number,
  frame: () => void = () => undefined,
): string | undefined {
  for (const type of ["pointerenter", "pointermove"]) {
    const event = new Event(type);
    Object.assign(event, { clientX: x, clientY: y, pointerType: "mouse", buttons: 0 });
    svg.dispatchEvent(event);
  }
  frame();
  return (svg as unknown as { value?: { label?: string } }).value?.label;
}

/** The corners of a path of straight lines. */
function cornersOf(path: string): number[][] {
  let [x, y] = [0, 0];
  return [...path.matchAll(/([MLHV])([^MLHVZ]*)/g)].map(([, step, rest = ""]) => {
    const numbers = rest.split(",").map(Number);
    if (step === "H") x = numbers[0] as number;
    else if (step === "V") y = numbers[0] as number;
    else [x, y] = numbers as [number, number];
    return [x, y];
  });
}

/** An attribute of an element, or of the group that it is in. */
function styleOf(element: Element, name: string): string | null {
  return element.getAttribute(name) ?? element.parentElement?.getAttribute(name) ?? null;
}

function numberOf(element: Element, name: string): number {
  return Number(element.getAttribute(name));
}

function shiftOf(element: Element): [number, number] {
  const [, x = "0", y = "0"] =
    /translate\(([-\d.e]+),([-\d.e]+)\)/.exec(element.getAttribute("transform") ?? "") ?? [];
  return [Number(x), Number(y)];
}
