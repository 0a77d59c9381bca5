import * as v from "valibot";
import type { Elector, MembershipChange } from "../../elector/api.js";
import { RaftbeatError } from "../../errors.js";
import { systemSchedule } from "../../runtime/system-ports.js";
import { address, id } from "../../schemas/identifiers.js";
import type { PeerCounters } from "../../transport/websocket/peer-counters.js";
import { HttpRefusal } from "./guard.js";

/** What POST /transfer takes: the target, or nothing for the voter that was heard last. */
const transferBody = v.strictObject({ to: v.optional(id) });

/** What POST /reconfigure takes. */
const reconfigureBody = v.union([
  v.strictObject({ add: v.strictObject({ id, address, voter: v.optional(v.boolean(), true) }) }),
  v.strictObject({ remove: id }),
  v.strictObject({ address: v.strictObject({ id, address }) }),
]);

/**
 * Hands the leadership over, as a request says.
 * @throws HttpRefusal
 */
export async function transfer(elector: Elector, body: unknown, signal: AbortSignal): Promise<object> {
  const { to } = checkBody(transferBody, body, '{"to":"<voter>"} or {}');
  const { term } = elector.status();
  if (to === elector.id && elector.isLeader) return { transferred: true, from: elector.id, to, term };
  await refusing(elector, to === undefined ? elector.resign({ signal }) : elector.transfer({ to, signal }));
  return { transferred: true, from: elector.id, to: to ?? null, term };
}

/** What a change of members needs to know. */
export interface Reconfiguration {
  readonly elector: Elector;
  links(): readonly PeerCounters[];
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** How often the link with a node that is to be added is looked at. */
const lookIntervalMs = 100;

/**
 * Changes the members, as a request says.
 * @throws HttpRefusal
 */
export async function reconfigure(
  { elector, links, signal, timeoutMs }: Reconfiguration,
  body: unknown,
): Promise<object> {
  const change: MembershipChange = checkBody(
    reconfigureBody,
    body,
    '{"add":{"id":"..","address":"ws://..","voter":true}}, {"remove":"<id>"} or {"address":{"id":"..","address":"ws://.."}}',
  );
  const changed = elector.reconfigure(change, { signal, timeoutMs });
  await refusing(elector, "add" in change ? namingLink(change.add.id, links, changed) : changed);
  const { voters, observers, configurationId } = elector.status();
  return { reconfigured: true, configurationId, voters, observers };
}

/** A node that cannot be met is not added: the error says why the link with it fails. */
async function namingLink(
  id: string,
  links: () => readonly PeerCounters[],
  added: Promise<void>,
): Promise<void> {
  let problem: string | null = null;
  // Looked at meanwhile: once it is given up, there is no such link any more.
  const look = (): void => {
    problem = links().find((link) => link.id === id)?.lastProblem ?? null;
    cancel = systemSchedule(lookIntervalMs, look);
  };
  let cancel = systemSchedule(lookIntervalMs, look);
  try {
    await added;
  } catch (error) {
    if (problem === null || !(error instanceof RaftbeatError)) throw error;
    throw new RaftbeatError(error.code, `${error.message}; the link with ${id}: ${problem}`, {
      cause: error,
    });
  } finally {
    cancel();
  }
}

function checkBody<T>(schema: v.GenericSchema<unknown, T>, body: unknown, shape: string): T {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  throw new HttpRefusal(400, "badBody", `the body must be ${shape}`);
}

/** What the elector refuses becomes an HTTP refusal that says who leads. */
async function refusing(elector: Elector, done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if (!(error instanceof RaftbeatError)) throw error;
    const { leader, leaderMetadata } = elector.status();
    const status =
      error.code === "timeout" || error.code === "aborted" ? 504 : error.code === "stopped" ? 503 : 409;
    throw new HttpRefusal(status, error.code, error.message, { leader, leaderMetadata });
  }
}
