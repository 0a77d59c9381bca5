import * as v from "valibot";
import { RaftbeatError } from "../../errors.js";
import type { StatusReply } from "../../observability/http/status-reply.js";
import { printable } from "../../printable.js";
import { isId } from "../../protocol/index.js";
import { machineMs, systemSchedule } from "../../runtime/system-ports.js";
import type { ClientPlan } from "../settings/client-plan.js";

/** What one node answered, or why it did not. */
export type NodeAnswer =
  | { readonly url: string; readonly status: StatusReply }
  | { readonly url: string; readonly status: null; readonly problem: string };

/** A node that leads, and where to reach it. */
export interface LeaderAt {
  readonly url: string;
  readonly status: StatusReply;
}

/** A node that does not answer within this is as good as gone; status is asked of several at once. */
const longestStatusMs = 3_000;

const pollIntervalMs = 50;

/** No node's answer is larger: what is, comes from a stranger, and is not read to its end. */
const largestAnswerBytes = 1024 * 1024;

/** A change is given up by the node itself so much sooner than by this client, so that the client hears why. */
const graceMs = 1_000;

const knownId = v.pipe(v.string(), v.check(isId));
const members = v.array(v.looseObject({ id: knownId, address: v.string() }));

/** As much of an answer as is relied on; a stranger at that address answers something else. */
const statusShape = v.looseObject({
  cluster: knownId,
  id: knownId,
  role: v.string(),
  term: v.pipe(v.number(), v.safeInteger()),
  isLeader: v.boolean(),
  leader: v.nullable(knownId),
  // That of a lone voter has no end, which JSON cannot say.
  leaseRemainingMs: v.nullable(v.number()),
  voters: members,
  observers: members,
  peers: v.array(
    v.looseObject({ id: knownId, connected: v.boolean(), problem: v.optional(v.nullable(v.string())) }),
  ),
  whyNoLeader: v.optional(v.nullable(v.string())),
  warnings: v.optional(v.array(v.string())),
});

const errorShape = v.looseObject({ error: v.looseObject({ code: v.string(), message: v.string() }) });

/** The status of every node asked, in the order of the plan. Never fails. */
export function askAll(plan: ClientPlan): Promise<NodeAnswer[]> {
  return Promise.all(plan.urls.map((url) => askStatus(url, Math.min(plan.timeoutMs, longestStatusMs))));
}

/**
 * The node that leads, among those of the plan; asks again until the plan's time is up.
 * @param notIn a term that is over: only a leader of a higher one counts
 * @throws RaftbeatError `timeout`, with what the nodes said last
 */
export async function findLeader(plan: ClientPlan, notIn = -1): Promise<LeaderAt> {
  const endAtMs = machineMs() + plan.timeoutMs;
  for (;;) {
    const answers = await askAll(plan);
    for (const { url, status } of answers)
      if (status?.isLeader === true && status.term > notIn) return { url, status };
    const problem = whyNoLeader(plan, answers, notIn);
    if (problem.final || machineMs() > endAtMs) throw new RaftbeatError("timeout", problem.sentence);
    await new Promise<void>((resolve) => systemSchedule(pollIntervalMs, resolve));
  }
}

/**
 * Asks a node for a change; gives its answer.
 * @throws RaftbeatError `transportFailed`, `timeout`, or what the node says
 */
export async function change(plan: ClientPlan, url: string, path: string, body: object): Promise<unknown> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    // RFC 7240: how long the answer may take, in whole seconds.
    prefer: `wait=${Math.max(1, Math.floor((plan.timeoutMs - graceMs) / 1000))}`,
  };
  if (plan.token !== null) headers["authorization"] = `Bearer ${plan.token}`;
  const reply = await ask(url + path, Math.max(plan.timeoutMs, 2 * graceMs), {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  if (reply.status === 200) return reply.body;
  const said = v.safeParse(errorShape, reply.body);
  const why = said.success ? printable(said.output.error.message) : `HTTP status ${reply.status}`;
  const hint = reply.status === 401 ? ": give the nodes' token with --token-file or RAFTBEAT_TOKEN" : "";
  throw new RaftbeatError("transportFailed", `${url} refused: ${why}${hint}`);
}

async function askStatus(url: string, timeoutMs: number): Promise<NodeAnswer> {
  try {
    const { body } = await ask(`${url}/status`, timeoutMs, {});
    if (v.is(statusShape, body)) return { url, status: body as unknown as StatusReply };
    return { url, status: null, problem: "no raftbeat node answers there" };
  } catch (error) {
    return { url, status: null, problem: (error as Error).message };
  }
}

async function ask(
  url: string,
  timeoutMs: number,
  init: RequestInit,
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
    return { status: response.status, body: parse(await readText(url, response)) };
  } catch (cause) {
    if (cause instanceof RaftbeatError) throw cause;
    const error = cause as Error & { readonly cause?: { readonly code?: string } };
    if (error.name === "TimeoutError")
      throw new RaftbeatError("timeout", `${url} did not answer within ${timeoutMs} ms`, { cause });
    throw new RaftbeatError(
      "transportFailed",
      `${url} cannot be reached (${error.cause?.code ?? error.message})`,
      {
        cause,
      },
    );
  }
}

/**
 * The text of an answer.
 * @throws RaftbeatError `transportFailed` where it is too long
 */
async function readText(url: string, { body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > largestAnswerBytes)
      throw new RaftbeatError(
        "transportFailed",
        `${url} answers more than ${largestAnswerBytes} bytes, as no raftbeat node does: check the address`,
      );
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What to tell; `final` if asking again cannot help. */
function whyNoLeader(
  { urls }: ClientPlan,
  answers: readonly NodeAnswer[],
  notIn: number,
): { sentence: string; final: boolean } {
  const statuses = answers.flatMap(({ status }) => (status === null ? [] : [status]));
  if (statuses.length === 0) {
    const problems = answers.map((answer) => (answer.status === null ? answer.problem : "")).join("; ");
    return { sentence: `no node answers: ${problems}: give --url of running nodes`, final: true };
  }
  const known = statuses.find(({ leader, term }) => leader !== null && term > notIn);
  const asked = statuses.map(({ id }) => id);
  if (known?.leader != null && !asked.includes(known.leader)) {
    const sentence = `${known.leader} leads in term ${known.term}, and --url ${urls.join(",")} does not reach it: add its address`;
    return { sentence, final: true };
  }
  const whys = statuses.flatMap(({ id, whyNoLeader }) =>
    whyNoLeader == null ? [] : [`${id}: ${whyNoLeader}`],
  );
  const remedy = whys.length === 0 ? "is a majority of the voters running?" : printable(whys.join("; "));
  return { sentence: `${asked.join(", ")} know no leader: ${remedy}`, final: false };
}
