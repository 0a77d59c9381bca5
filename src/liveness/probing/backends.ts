import * as v from "valibot";
import { RaftbeatError } from "../../errors.js";
import { textOf, withoutPasswords } from "../../printable.js";
import { idRule, isId } from "../../protocol/index.js";
import { mostBackends } from "../checks/checks-settings.js";
import type { ProbedBackend } from "./prober.js";

/** What a target of HTTP and TCP probes must be, in words. */
const targetRule = "an http:// or https:// URL, or tcp://host:port";

/** A list of backends or a map of them, of any content: `backendsOf` looks into it. */
export const backendsSchema = v.custom<unknown>(
  (value) => typeof value === "object" && value !== null,
  "must be a map of ids to targets, or for a probe of your own a list of ids",
);

/**
 * Checks backends, and gives them in their order.
 * @param probed whether the service has a probe of its own, for which a target is any text
 * @throws RaftbeatError `invalidSettings`
 */
export function backendsOf(given: unknown, probed: boolean): ProbedBackend[] {
  if (!v.is(backendsSchema, given)) refuse(`backends (${textOf(given)}) ${backendsSchema.message}`);
  const isList = Array.isArray(given);
  if (isList && !probed) refuse(`backends (a list) must be a map of ids to targets: each ${targetRule}`);
  const entries: [unknown, unknown][] = isList
    ? given.map((id) => [id, ""])
    : Object.entries(given as object);
  if (entries.length > mostBackends)
    refuse(
      `backends (${entries.length} of them) must be at most ${mostBackends}: share them among several checks`,
    );
  const seen = new Set<string>();
  return entries.map(([id, target]) => {
    if (typeof id !== "string" || !isId(id)) refuse(`backends: the id ${shown(id)} must be ${idRule}`);
    if (seen.has(id)) refuse(`backends: the id ${id} is there twice: each backend needs one of its own`);
    seen.add(id);
    if (typeof target !== "string" || (!probed && !isTarget(target)))
      refuse(`backends.${id} (${shownTarget(target)}) must be ${probed ? "text" : targetRule}`);
    return { id, target };
  });
}

function isTarget(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, port } = new URL(text);
  if (protocol === "tcp:") return hostname !== "" && Number(port) > 0;
  return protocol === "http:" || protocol === "https:";
}

function shown(value: unknown): string {
  return withoutPasswords(textOf(value)).slice(0, 80);
}

/** What is no URL may hold a password anywhere before an @. */
function shownTarget(target: unknown): string {
  return shown(textOf(target).replace(/^(\w+:\/\/)?.*@/s, "$1(not shown)@"));
}

function refuse(sentence: string): never {
  throw new RaftbeatError("invalidSettings", sentence);
}
