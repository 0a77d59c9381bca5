import { parse as parseYaml } from "yaml";
import { RaftbeatError } from "../../errors.js";
import { defaultPreset, type Preset, presets } from "../../protocol/index.js";
import { parseScenario, shapeProblems } from "../../simulation/scenario/scenario.js";

/** What a varied setting may be. */
export type GridValue = string | number | boolean | object;

/** One setting and the values it takes in turn. */
export interface Variation {
  /** Where it stands in the scenario document, such as `timing.heartbeatIntervalMs`. */
  readonly path: string;
  readonly values: readonly GridValue[];
}

/** One combination of values. */
export interface GridCell {
  readonly index: number;
  /** Each varied path with its value, in the order the variations were given. */
  readonly settings: Readonly<Record<string, GridValue>>;
  /** Why these settings contradict each other; null where they do not, and the cell can be played. */
  readonly refusal: string | null;
  /** True iff a run ends as soon as a leader is there, and not after a time. */
  readonly endsEarly: boolean;
}

/** No grid has more cells. */
const mostCells = 10_000;

/** A timing written as a minimum and what is random above it: `maxMs` follows. */
const jitterPath = "timing.electionTimeout.jitterMs";

/**
 * Reads a variation such as `timing.heartbeatIntervalMs=10,20,50`, `network.loss=0..0.2/5` (five values, evenly spaced) or
 * `timing.electionTimeout.minMs=100..3200/6log` (six, each the same factor above the one before). Values are YAML.
 * @throws RaftbeatError `invalidSettings`
 */
export function parseVariation(text: string): Variation {
  const at = text.indexOf("=");
  const path = text.slice(0, Math.max(0, at)).trim();
  if (at < 0 || !/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(path))
    throw refused(`--vary ${text}: must be like timing.heartbeatIntervalMs=10,20,50`);
  const values = splitAtCommas(text.slice(at + 1)).flatMap((piece) => valuesOf(path, piece.trim()));
  const shown = values.map((value) => JSON.stringify(value));
  const twice = shown.find((value, index) => shown.indexOf(value) !== index);
  if (twice !== undefined) throw refused(`--vary ${path}: the value ${twice} is given twice`);
  return { path, values };
}

/**
 * Every combination of the values, the last variation turning fastest.
 * @param document a scenario as it stands in a file
 * @throws RaftbeatError `invalidSettings` for a path that leads nowhere, a value that is impossible by itself, or a document that is no scenario
 */
export function cellsOf(document: object, variations: readonly Variation[]): GridCell[] {
  const paths = variations.map(({ path }) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw refused(`--vary ${twice}: this path is given twice`);
  if (paths.includes(jitterPath) && paths.includes("timing.electionTimeout.maxMs"))
    throw refused(`--vary ${jitterPath}: vary this or timing.electionTimeout.maxMs, not both`);
  const count = variations.reduce((product, { values }) => product * values.length, 1);
  if (count > mostCells)
    throw refused(`the grid has ${count} cells, more than ${mostCells}: give fewer values`);
  const wrong = shapeProblems(document);
  if (wrong.length > 0) throw refused(wrong.join("\n"));
  for (const { path, values } of variations)
    for (const value of values) refuseImpossible(document, path, value);
  return Array.from({ length: count }, (_, index) => cellAt(document, variations, index));
}

/** The document with some of its settings changed; the document itself stays as it is. */
export function changedDocument(document: object, settings: Readonly<Record<string, GridValue>>): object {
  const changed = structuredClone(document) as Record<string, unknown>;
  // The jitter counts from the minimum, so it comes after it.
  const entries = Object.entries(settings).sort(
    ([a], [b]) => Number(a === jitterPath) - Number(b === jitterPath),
  );
  for (const [path, value] of entries) setAt(changed, path, value);
  return changed;
}

function cellAt(document: object, variations: readonly Variation[], index: number): GridCell {
  let rest = index;
  const chosen: [string, GridValue][] = [];
  for (const { path, values } of variations.toReversed()) {
    chosen.unshift([path, values[rest % values.length] as GridValue]);
    rest = Math.floor(rest / values.length);
  }
  const settings = Object.fromEntries(chosen);
  try {
    const { until } = parseScenario(changedDocument(document, settings));
    return { index, settings, refusal: null, endsEarly: until !== undefined };
  } catch (error) {
    if (!(error instanceof RaftbeatError)) throw error;
    return { index, settings, refusal: error.message.replaceAll("\n", "; "), endsEarly: false };
  }
}

/** A value is impossible if the document has the wrong shape with it, whatever the other settings are. */
function refuseImpossible(document: object, path: string, value: GridValue): void {
  const what = `--vary ${path}=${typeof value === "object" ? JSON.stringify(value) : value}`;
  let changed: object;
  try {
    changed = changedDocument(document, { [path]: value });
  } catch (error) {
    throw refused(`${what}: ${(error as Error).message}`);
  }
  const [problem] = shapeProblems(changed);
  if (problem !== undefined) throw refused(`${what}: ${problem}`);
  const strange = strangeTiming(path, value);
  if (strange !== null) throw refused(`${what}: ${strange}`);
}

/** What of a timing no other setting could make possible. */
function strangeTiming(path: string, value: GridValue): string | null {
  if (!path.startsWith("timing.") || typeof value !== "number") return null;
  if (path.endsWith(".clockDriftRatio"))
    return value >= 0 && value < 0.2 ? null : "must be at least 0 and below 0.2";
  if (path === jitterPath) return value > 0 ? null : "must be above 0: equal timeouts split votes for ever";
  return path.endsWith("Ms") && value < 1 ? "must be at least 1 ms" : null;
}

function setAt(document: Record<string, unknown>, path: string, value: GridValue): void {
  const keys = path.split(".");
  const last = keys.pop() as string;
  if (keys[0] === "timing" && (typeof document["timing"] === "string" || document["timing"] === undefined))
    document["timing"] = structuredClone(
      presets[(document["timing"] as Preset | undefined) ?? defaultPreset],
    );
  let at = document;
  for (const [index, key] of keys.entries()) {
    const below = Object.hasOwn(at, key) ? at[key] : Array.isArray(at) ? undefined : {};
    const name = keys.slice(0, index + 1).join(".");
    if (below === undefined) throw new RangeError(`there is no ${name} in the scenario`);
    if (typeof below !== "object" || below === null)
      throw new RangeError(`${name} is ${JSON.stringify(below)} in the scenario and has no ${last} in it`);
    at[key] = below;
    at = below as Record<string, unknown>;
  }
  if (Array.isArray(at) && !Object.hasOwn(at, last))
    throw new RangeError(`there is no ${path} in the scenario`);
  if (path === jitterPath) {
    const { minMs } = at as { minMs?: unknown };
    if (typeof minMs !== "number" || typeof value !== "number")
      throw new RangeError("the jitter and the timeout it is added to must be numbers");
    at["maxMs"] = minMs + value;
  } else at[last] = value;
}

function splitAtCommas(text: string): string[] {
  const pieces: string[] = [];
  let depth = 0;
  let from = 0;
  for (const [index, letter] of [...text].entries()) {
    if (letter === "{" || letter === "[") depth++;
    else if (letter === "}" || letter === "]") depth--;
    else if (letter === "," && depth === 0) {
      pieces.push(text.slice(from, index));
      from = index + 1;
    }
  }
  return [...pieces, text.slice(from)];
}

function valuesOf(path: string, piece: string): GridValue[] {
  const range = /^(-?[\d.]+(?:e-?\d+)?)\.\.(-?[\d.]+(?:e-?\d+)?)\/(\d+)(log)?$/i.exec(piece);
  if (range !== null) return rangeOf(path, piece, range);
  if (piece.includes(".."))
    throw refused(
      `--vary ${path}: ${piece} must be a range such as 10..50/5, or 10..1000/5log for equal factors`,
    );
  let value: unknown;
  try {
    value = parseYaml(piece);
  } catch {
    value = null;
  }
  if (value === null || value === undefined || value === "")
    throw refused(`--vary ${path}: "${piece}" is no value`);
  return [value as GridValue];
}

function rangeOf(path: string, piece: string, [, a, b, n, log]: RegExpExecArray): number[] {
  const [from, to, count] = [Number(a), Number(b), Number(n)];
  if (!Number.isFinite(from) || !Number.isFinite(to) || count < 2 || count > mostCells)
    throw refused(`--vary ${path}: ${piece} must be from..to/count with at least 2 values`);
  if (log !== undefined && (from <= 0 || to <= 0))
    throw refused(`--vary ${path}: ${piece} must begin and end above 0 to be spread by equal factors`);
  return Array.from({ length: count }, (_, index) => {
    const share = index / (count - 1);
    return rounded(log === undefined ? from + share * (to - from) : from * (to / from) ** share);
  });
}

/** Six digits are enough for a grid, read better, and are the same on every engine. */
function rounded(number: number): number {
  return Number(number.toPrecision(6));
}

function refused(message: string): RaftbeatError {
  return new RaftbeatError("invalidSettings", message);
}
