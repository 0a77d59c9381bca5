import * as v from "valibot";
import type { Elector, MembershipChange } from "../elector/elector.js";
import { RaftbeatError } from "../errors.js";
import { HttpRefusal } from "./http-guard.js";
import { address, id } from "./setting-values.js";

/** What POST /transfer takes: to whom, or to whoever is best placed. */
const transferBody = v.strictObject({ to: v.optional(id) });

/** What POST /reconfigure takes. */
const reconfigureBody = v.union([
  v.strictObject({ add: v.strictObject({ id, address, voter: v.optional(v.boolean(), true) }) }),
  v.strictObject({ remove: id }),
  v.strictObject({ address: v.strictObject({ id, address }) }),
]);

/** Hands the leadership over, as a request says. Errors: `HttpRefusal`. */
export async function transfer(elector: Elector, body: unknown, signal: AbortSignal): Promise<object> {
  const { to } = checkBody(transferBody, body, '{"to":"<voter>"} or {}');
  const { term } = elector.status();
  await refusing(elector, to === undefined ? elector.resign({ signal }) : elector.transfer({ to, signal }));
  return { transferred: true, from: elector.id, to: to ?? null, term };
}

/** Changes the members, as a request says. Errors: `HttpRefusal`. */
export async function reconfigure(
  elector: Elector,
  body: unknown,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<object> {
  const change: MembershipChange = checkBody(
    reconfigureBody,
    body,
    '{"add":{"id":"..","address":"ws://..","voter":true}}, {"remove":"<id>"} or {"address":{"id":"..","address":"ws://.."}}',
  );
  await refusing(elector, elector.reconfigure(change, { signal, timeoutMs }));
  const { voters, observers, configurationId } = elector.status();
  return { reconfigured: true, configurationId, voters, observers };
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
