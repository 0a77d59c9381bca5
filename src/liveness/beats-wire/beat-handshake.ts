import { randomBytes } from "node:crypto";
import * as v from "valibot";
import type { SentCloseReason } from "../../transport/wire/close-reason.js";
import { problemOf } from "../../transport/wire/field-schemas.js";
import { judgeProofs, proofOf } from "../../transport/wire/token-proof.js";
import {
  type BeatsChallenge,
  type BeatsHello,
  type BeatsWelcome,
  beatsChallenge,
  beatsHello,
  beatsProtocol,
  beatsWelcome,
  highestBeatsVersion,
  lowestBeatsVersion,
} from "./beat-frames.js";

/** Who a sender says it is. */
export interface BeatSenderIdentity {
  readonly id: string;
  /** The life of its process. */
  readonly boot: string;
  readonly intervalMs: number;
  /** Empty for none. */
  readonly zone: string;
}

/** Why the other side is refused. */
export interface Refusal {
  readonly reason: SentCloseReason;
  readonly detail: string;
}

/** What the observer makes of a hello: a sender and its welcome, or a refusal. */
export type Heard =
  | { readonly ok: true; readonly sender: BeatSenderIdentity; readonly welcome: string }
  | { readonly ok: false; readonly id: string | null; readonly refusal: Refusal };

/** What a sender makes of a frame of the observer: its own next one, the end of the handshake, or a refusal. */
export type Answer =
  | { readonly next: "say"; readonly text: string }
  | { readonly next: "up" }
  | { readonly next: "refuse"; readonly refusal: Refusal };

/** The observer's side: its challenge, and what it makes of the answer. Proofs cover all that was said, and are good for this connection alone. */
export function observerHandshake(tokens: () => readonly string[]): {
  readonly opening: string;
  hear(text: string): Heard;
} {
  const challenge: BeatsChallenge = [beatsProtocol, lowestBeatsVersion, highestBeatsVersion, newNonce()];
  return {
    opening: JSON.stringify(challenge),
    hear(text) {
      const value = parsed(text);
      if (value === null) return refused("wrongProtocol", `expected the hello of ${beatsProtocol}`);
      const version = value[1];
      if (typeof version !== "number" || !(version >= lowestBeatsVersion && version <= highestBeatsVersion))
        return refused("wrongProtocol", versionProblem(versionText(version)));
      const result = v.safeParse(beatsHello, value, { abortEarly: true });
      if (!result.success) return refused("badFrame", problemOf("hello", result.issues[0]));
      const hello: BeatsHello = result.output;
      const [, , id, boot, intervalMs, zone] = hello;
      const proven = judgeProofs(hello[7], tokens(), "dialling", [challenge, hello.slice(0, 7)]);
      if (!proven.ok) return refused("wrongToken", proven.detail, id);
      const said = [challenge, hello];
      const proofs = proven.token === null ? [] : [proofOf(proven.token, "accepting", said)];
      const welcome: BeatsWelcome = [beatsProtocol, hello[1], proofs];
      return { ok: true, sender: { id, boot, intervalMs, zone }, welcome: JSON.stringify(welcome) };
    },
  };
}

/** The sender's side. It believes an observer that knows the token, too: else its beats would be nobody's. */
export function senderHandshake(
  { id, boot, intervalMs, zone }: BeatSenderIdentity,
  tokens: readonly string[],
): (text: string) => Answer {
  let sent: { readonly challenge: BeatsChallenge; readonly hello: BeatsHello } | null = null;

  function onChallenge(value: readonly unknown[]): Answer {
    const result = v.safeParse(beatsChallenge, value, { abortEarly: true });
    if (!result.success) return wrong("badFrame", problemOf("challenge", result.issues[0]));
    const [, lowest, highest] = result.output;
    const version = Math.min(highest, highestBeatsVersion);
    if (version < Math.max(lowest, lowestBeatsVersion))
      return wrong("wrongProtocol", versionProblem(rangeText(lowest, highest)));
    const said = [beatsProtocol, version, id, boot, intervalMs, zone, newNonce()] as const;
    const proofs = tokens.map((token) => proofOf(token, "dialling", [result.output, said]));
    sent = { challenge: result.output, hello: [...said, proofs] };
    return { next: "say", text: JSON.stringify(sent.hello) };
  }

  return (text) => {
    const value = parsed(text);
    if (value === null)
      return wrong("wrongProtocol", `expected ${beatsProtocol}: no observer of beats is there`);
    if (sent === null) return onChallenge(value);
    const result = v.safeParse(beatsWelcome, value, { abortEarly: true });
    if (!result.success) return wrong("badFrame", problemOf("welcome", result.issues[0]));
    const proven = judgeProofs(result.output[2], tokens, "accepting", [sent.challenge, sent.hello]);
    return proven.ok ? { next: "up" } : wrong("wrongToken", proven.detail);
  };
}

/** A frame of this protocol, as far as all versions agree; null for anything else. */
function parsed(text: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value[0] === beatsProtocol ? value : null;
  } catch {
    return null;
  }
}

function versionProblem(found: string): string {
  return `expected version ${rangeText(lowestBeatsVersion, highestBeatsVersion)} of ${beatsProtocol}, found ${found}`;
}

function rangeText(lowest: number, highest: number): string {
  return lowest === highest ? `${lowest}` : `${lowest} to ${highest}`;
}

function versionText(value: unknown): string {
  return Number.isSafeInteger(value) ? String(value) : "none";
}

function newNonce(): string {
  return randomBytes(16).toString("hex");
}

function refused(reason: SentCloseReason, detail: string, id: string | null = null): Heard {
  return { ok: false, id, refusal: { reason, detail } };
}

function wrong(reason: SentCloseReason, detail: string): Answer {
  return { next: "refuse", refusal: { reason, detail } };
}
