import * as v from "valibot";
import { isId } from "../../protocol/index.js";
import { longestHelloBytes } from "../../transport/wire/hello.js";

/**
 * What goes over the WebSocket between a sender of beats and its observer (docs/liveness.md, N1 to N4). Every frame is a JSON array.
 *
 *     sender                                                              observer
 *       <──── ["raftbeat-beats", lowest version, highest, nonce] ────────────
 *       ──── ["raftbeat-beats", version, id, boot, ms, zone, nonce, proofs] ──▶   judges
 *       <──── ["raftbeat-beats", version, proofs] ───────────────────────────     up
 *       ──── [7] ─────────────────────────────────────────────────────────────▶   a beat of slot 7; nothing is answered
 *       ──── ["bye"] ─────────────────────────────────────────────────────────▶   a goodbye; then both close
 */

/** The protocol's name: it is no node's. */
export const beatsProtocol = "raftbeat-beats";

/** The versions of the protocol that this release speaks. */
export const lowestBeatsVersion = 1;
export const highestBeatsVersion = 1;

/** No frame is longer, in bytes. */
export const longestBeatFrameBytes = longestHelloBytes;

/** Frames after the hello are shorter: a slot in brackets, or a goodbye. */
const longestBeatBytes = 32;

const count = v.custom<number>(isCount, "expected a whole number from 0 to 9007199254740991");
const name = v.custom<string>(isName, "expected a name");
const zone = v.custom<string>((value) => value === "" || isName(value), "expected a zone");
const nonce = v.custom<string>(isHex(32), "expected 16 bytes in hex");
const proofs = v.pipe(
  v.array(v.custom<string>(isHex(64), "expected a token proof")),
  v.maxLength(2, "expected at most two proofs"),
);
const milliseconds = v.custom<number>(isMilliseconds, "expected an interval from 1 to 86400000 ms");
const protocol = v.literal(beatsProtocol);

/** The observer's first frame: the versions that it speaks, and its nonce. It keeps its shape in every version. */
export const beatsChallenge = v.strictTuple([protocol, count, count, nonce]);

/** What a sender says of itself: version, id, boot, interval in milliseconds, zone (empty for none), its nonce, and a proof for each token. */
export const beatsHello = v.strictTuple([protocol, count, name, name, milliseconds, zone, nonce, proofs]);

/** The observer takes the sender's beats from now on: version, and a proof. */
export const beatsWelcome = v.strictTuple([protocol, count, proofs]);

/** A challenge as it is written. */
export type BeatsChallenge = v.InferOutput<typeof beatsChallenge>;

/** A hello as it is written. */
export type BeatsHello = v.InferOutput<typeof beatsHello>;

/** A welcome as it is written. */
export type BeatsWelcome = v.InferOutput<typeof beatsWelcome>;

/** A frame after the hello, as it is understood: the slot of a beat, or the goodbye; null for anything else. */
export type BeatFrame = { readonly slot: number } | "bye" | null;

/** A beat as it is written. */
export function beatText(slot: number): string {
  return `[${slot}]`;
}

/** The goodbye as it is written. */
export const byeText = '["bye"]';

/** Reads a frame after the hello. It has one spelling, so nothing is parsed that could be large or deep. */
export function readBeat(text: string): BeatFrame {
  if (text === byeText) return "bye";
  if (text.length > longestBeatBytes || !/^\[(?:0|[1-9]\d*)\]$/.test(text)) return null;
  const slot = Number(text.slice(1, -1));
  return isCount(slot) ? { slot } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
}

function isMilliseconds(value: unknown): value is number {
  return typeof value === "number" && value >= 1 && value <= 86_400_000;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && isId(value);
}

function isHex(length: number): (value: unknown) => value is string {
  const pattern = new RegExp(`^[0-9a-f]{${length}}$`);
  return (value): value is string => typeof value === "string" && pattern.test(value);
}
