import * as v from "valibot";
import {
  idRule,
  isAddress,
  isId,
  isMetadata,
  longestDurationMs,
  longestMetadataBytes,
  presets,
} from "../protocol/index.js";
import { address } from "../schemas/identifiers.js";
import { mapById } from "../schemas/map-by-id.js";

/**
 * What a setting may be. All of them come as text: flags and variables are text, and YAML is read as text too; a map or a list is one of
 * texts. The metadata say what an editor may take (docs/write-schemas.ts). Every message continues the sentence `<setting> <value> ...`.
 */

const example = "a=ws://10.0.0.1:7400,b=ws://10.0.0.2:7400";

const presetNames = Object.keys(presets) as (keyof typeof presets)[];

/** Names of nodes: a list, or `a,b`. */
export const ids = v.pipe(
  v.union([v.array(v.string()), v.string()], "must be ids such as a,b"),
  v.transform((given) => (typeof given === "string" ? given.split(",") : given).map((one) => one.trim())),
  v.check((given) => given.every(isId), `must be ids such as a,b, each of ${idRule}`),
);

/** Any text that is not empty. */
export const text = v.pipe(v.string("must be text"), v.minLength(1, "must not be empty"));

/** What a leader tells of itself. */
export const metadata = v.pipe(
  v.string("must be text"),
  v.check(isMetadata, `must be at most ${longestMetadataBytes} bytes of UTF-8`),
);

/** An HTTP address. */
export const httpUrl = v.pipe(
  v.string("must be an http:// or https:// address"),
  v.check(isHttpUrl, "must be an http:// or https:// address"),
);

/** Members and their addresses: a map, or `a=ws://..,b=ws://..`. */
export const members = v.pipe(
  v.unknown(),
  v.metadata({ type: ["object", "string"], additionalProperties: address }),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    if (typeof dataset.value !== "string") return dataset.value;
    const entries = dataset.value.split(",").map((entry) => entry.trim().split(/=(.*)/s));
    const ids = entries.map(([id]) => id);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice === undefined && entries.every(([, given]) => given !== undefined))
      return Object.fromEntries(entries.map(([id, given]) => [id, given]));
    addIssue({
      message:
        twice === undefined ? `must be pairs of id=address, such as ${example}` : `names ${twice} twice`,
    });
    return NEVER;
  }),
  mapById(address, `must be a map of ids to addresses, or ${example}`),
  v.check((map) => Object.keys(map).length > 0, "must name at least one member"),
);

/** Where to listen; without a host on every interface. */
export interface Listen {
  readonly host: string | null;
  readonly port: number;
}

/** `host:port`, `[::1]:port`, or `:port` and `port` for every interface. */
export const listen = v.pipe(
  v.string("must be host:port, such as 127.0.0.1:7400"),
  v.regex(/^((\[[0-9a-fA-F:.]+\]|[^:[\]\s]*):)?\d{1,5}$/, "must be host:port, such as 127.0.0.1:7400"),
  v.transform((value): Listen => {
    const colon = value.lastIndexOf(":");
    const host = value.slice(0, Math.max(colon, 0)).replace(/^\[|\]$/g, "");
    return { host: host === "" || host === "*" ? null : host, port: Number(value.slice(colon + 1)) };
  }),
  v.check(({ port }) => port <= 65_535, "must have a port of at most 65535"),
);

/** On or off; a flag alone says on. */
export const yesOrNo = v.pipe(
  v.unknown(),
  v.metadata({ type: "boolean" }),
  v.transform((value) => (value === "true" ? true : value === "false" ? false : value)),
  v.boolean("must be true or false"),
);

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return v.picklist(words, `must be one of ${words.join(", ")}`);
}

/** A ready-made timing. */
export const preset = oneOf(presetNames);

/** A number with bounds, both allowed. */
export function numberBetween(min: number, max: number, what: string) {
  const message = `must be ${what} from ${min} to ${max}`;
  return v.pipe(
    v.unknown(),
    v.metadata({ type: ["number", "string"], minimum: min, maximum: max }),
    v.transform(numberIn),
    v.number(message),
    v.check((value) => value >= min && value <= max, message),
  );
}

/** The number that a text spells; what spells none stays, for the error to show. */
function numberIn(value: unknown): unknown {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? value : number;
}

/** A whole number with bounds, both allowed. */
export function wholeBetween(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return v.pipe(numberBetween(min, max, "a whole number"), v.integer(message));
}

/** A duration. */
export const milliseconds = numberBetween(1, longestDurationMs, "a number of milliseconds");

/** Milliseconds in each unit of a duration. */
const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A duration with bounds in milliseconds, both allowed: `250ms`, `1s`, `1.5m`, `2h`, or a number of milliseconds. */
export function duration(minMs: number, maxMs: number) {
  const message = `must be a duration from ${durationText(minMs)} to ${durationText(maxMs)}, such as 500ms, 1s or 2m`;
  return v.pipe(
    v.unknown(),
    v.transform(durationIn),
    v.number(message),
    v.check((value) => value >= minMs && value <= maxMs, message),
  );
}

function durationIn(value: unknown): unknown {
  const [, count, unit = "ms"] =
    typeof value === "string" ? (/^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value.trim()) ?? []) : [];
  return count === undefined ? value : Number(count) * unitsMs[unit as keyof typeof unitsMs];
}

/** A duration in its largest unit that leaves no fraction. */
export function durationText(ms: number): string {
  const units = Object.entries(unitsMs).reverse();
  const [unit, unitMs] = units.find(([, each]) => ms >= each && ms % each === 0) ?? ["ms", 1];
  return `${ms / unitMs}${unit}`;
}

/** A range of durations, as `150-300` or `{ minMs, maxMs }`. */
export const millisecondsRange = v.pipe(
  v.unknown(),
  v.metadata({ type: ["object", "string"], additionalProperties: milliseconds }),
  v.transform((value) => {
    const parts = typeof value === "string" ? /^\s*([\d.]+)\s*-\s*([\d.]+)\s*$/.exec(value) : null;
    return parts === null ? value : { minMs: Number(parts[1]), maxMs: Number(parts[2]) };
  }),
  v.strictObject(
    { minMs: milliseconds, maxMs: milliseconds },
    "must be two numbers of milliseconds with a dash between, such as 150-300",
  ),
);

/** Where an observer of beats is. */
export const beatsUrl = v.pipe(
  v.string("must be a ws:// or wss:// address, such as ws://127.0.0.1:7500"),
  v.check(isAddress, "must be a ws:// or wss:// address, such as ws://127.0.0.1:7500"),
);

/** True for an HTTP address. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
}
