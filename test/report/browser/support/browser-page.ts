import { Window as WindowWithoutScreen } from "happy-dom";
import { onTestFinished, vi } from "vitest";
import { RecordingContext } from "./recording-context.js";

/** A page without a screen: frames pass, sizes change and canvases are seen only as the test says. */
export interface BrowserPage {
  readonly document: Document;
  /** What is drawn on any canvas of the page. */
  readonly context: RecordingContext;
  /** Runs what waits for the next frame. @returns how many callbacks that were */
  frame(atMs?: number): number;
  /** Tells all observers of sizes that something has another size. */
  resized(): void;
  /** Makes the page dark or light for those who listen. */
  schemeChanged(): void;
  /** An event with these fields, sent to a node of the page. @returns the event, after its handlers */
  send(target: EventTarget, type: string, fields?: Readonly<Record<string, unknown>>): Event;
}

type BrowserWindow = Window & typeof globalThis;

/** Making a window takes 20 ms, emptying one does not. */
let shared: BrowserWindow | null = null;

function emptyWindow(): BrowserWindow {
  shared ??= new WindowWithoutScreen({
    width: 1200,
    height: 900,
    url: "file:///page.html",
  }) as unknown as BrowserWindow;
  shared.location.hash = "";
  shared.document.head.innerHTML = "";
  shared.document.body.innerHTML = "";
  return shared;
}

/** Opens an empty page with a style sheet, until the test ends. */
export function openPage(style = "", body = ""): BrowserPage {
  const window = emptyWindow();
  const { document } = window;
  const context = new RecordingContext();
  document.body.innerHTML = body;
  const sheet = document.createElement("style");
  sheet.textContent = style;
  document.head.append(sheet);
  let waiting: FrameRequestCallback[] = [];
  const observers: (() => void)[] = [];
  const schemeListeners: (() => void)[] = [];
  Object.assign(window, {
    matchMedia: () => ({
      addEventListener: (_: string, listener: () => void) => schemeListeners.push(listener),
    }),
  });
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext: () => context.brush,
    setPointerCapture: () => undefined,
  });
  // Without these, a pointer's place on a drawing is that of the event.
  Object.assign(window.SVGElement.prototype, { createSVGPoint: undefined, clientLeft: 0, clientTop: 0 });
  Object.assign(window.SVGSVGElement.prototype, { createSVGPoint: undefined });
  const globals = {
    window,
    document,
    getComputedStyle: (of: Element) => window.getComputedStyle(of),
    requestAnimationFrame: (callback: FrameRequestCallback) => waiting.push(callback),
    ResizeObserver: class {
      private readonly told: () => void;
      constructor(told: () => void) {
        this.told = told;
      }
      observe(): void {
        observers.push(this.told);
      }
    },
  };
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  for (const name of windowNames) vi.stubGlobal(name, (window as unknown as Record<string, unknown>)[name]);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return {
    document,
    context,
    frame(atMs = 0) {
      const due = waiting;
      waiting = [];
      for (const callback of due) callback(atMs);
      return due.length;
    },
    resized: () => {
      for (const told of observers) told();
    },
    schemeChanged: () => {
      for (const told of schemeListeners) told();
    },
    send(target, type, fields = {}) {
      const made = new window.Event(type, {
        bubbles: true,
        cancelable: true,
      });
      for (const [name, value] of Object.entries(fields)) Object.defineProperty(made, name, { value });
      target.dispatchEvent(made);
      return made;
    },
  };
}

const windowNames = [
  "Event",
  "HTMLElement",
  "HTMLCanvasElement",
  "HTMLSelectElement",
  "HTMLButtonElement",
  "HTMLInputElement",
] as const;

/** Gives an element sizes that a layout would have given it. */
export function sized(element: Element, sizes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(sizes))
    Object.defineProperty(element, name, { value, configurable: true, writable: true });
}

/** The element that a selector names. @throws Error where there is none */
export function the<Found extends Element = HTMLElement>(within: ParentNode, selector: string): Found {
  const found = within.querySelector<Found>(selector);
  if (found === null) throw new Error(`there is no ${selector}`);
  return found;
}

/** The texts of all elements that a selector names. */
export function textsOf(within: ParentNode, selector: string): string[] {
  return [...within.querySelectorAll(selector)].map((found) => found.textContent ?? "");
}
