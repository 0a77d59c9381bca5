import { type Checks, type ChecksEvent, type ChecksStatus, createChecks } from "../../liveness/index.js";
import { systemClock, systemSchedule } from "../../runtime/system-ports.js";
import { createFrame } from "../terminal/frame.js";
import { printJson, printText } from "../terminal/terminal.js";
import type { CheckPlan } from "./check-plan.js";
import { changeText, checksTable, painter, sumOf } from "./check-text.js";
import { serveChecks } from "./serve-checks.js";

/** A table is drawn no more often. */
const drawEveryMs = 100;

/** How what happens is shown. */
export interface CheckScreen {
  /** Whether a table may be drawn over and over. */
  readonly isTerminal: boolean;
  readonly coloured: boolean;
}

/**
 * Checks backends until it is interrupted or, with `once`, until every backend is found up or down.
 * @returns with `once` whether all are up, else true
 * @throws RaftbeatError `invalidSettings`, `transportFailed`, `internal`
 */
export async function runCheck(
  plan: CheckPlan,
  screen: CheckScreen,
  interrupted: AbortSignal,
): Promise<boolean> {
  const checks = createChecks(plan.options);
  const end = () => checks.close();
  interrupted.addEventListener("abort", end, { once: true });
  if (interrupted.aborted) end();
  try {
    const status = plan.once ? await checkOnce(plan, screen, checks) : await checkOn(plan, screen, checks);
    const error = interrupted.aborted ? null : await checks.ended;
    if (error !== null) throw error;
    return status === null || status.backends.every(({ up }) => up);
  } finally {
    interrupted.removeEventListener("abort", end);
    end();
  }
}

/** Null where it ended before all were found up or down. */
async function checkOnce(
  { json }: CheckPlan,
  { coloured }: CheckScreen,
  checks: Checks,
): Promise<ChecksStatus | null> {
  for await (const status of checks.changes()) {
    if (!isSettled(status)) continue;
    checks.close();
    if (json) printJson({ event: "checked", ...status });
    else printText(checksTable(status, painter(coloured)), { coloured });
    return status;
  }
  return null;
}

/** Whether every backend was found up or down, with nothing against it. */
function isSettled({ backends, rise, fall }: ChecksStatus): boolean {
  return backends.every(({ last, credit }) => last !== null && (credit === 0 || credit === rise + fall - 1));
}

async function checkOn({ json, serve }: CheckPlan, screen: CheckScreen, checks: Checks): Promise<null> {
  const server = serve === null ? null : await serveChecks(serve.listen, checks, serve.rights);
  try {
    const url = server?.url ?? null;
    if (json) printJson({ event: "begun", url, ...checks.status() });
    else {
      const ids = checks.status().backends.map(({ id }) => id);
      printText(`checking ${ids.join(", ")}${url === null ? "" : `; served at ${url}/status`}\n`);
    }
    if (json)
      await tellEach(checks, (event, time) =>
        printJson({ time, ...event, event: event.kind, kind: undefined }),
      );
    else if (screen.isTerminal) await drawTable(checks, screen.coloured);
    else
      await tellEach(checks, (event, time) => {
        const text = changeText(event);
        if (text !== null) printText(`${time}  ${text} (${sumOf(checks.status())})\n`);
      });
    return null;
  } finally {
    await server?.close();
  }
}

async function tellEach(checks: Checks, tell: (event: ChecksEvent, time: string) => void): Promise<void> {
  const clock = systemClock();
  checks.subscribe((event) => tell(event, new Date(clock.wallMs()).toISOString()));
  await checks.ended;
}

/** Changes above, and the table below them, drawn again and again. */
async function drawTable(checks: Checks, coloured: boolean): Promise<void> {
  const paint = painter(coloured);
  const frame = createFrame(coloured);
  void tellEach(checks, (event, time) => {
    const text = changeText(event);
    if (text !== null) frame.above(`${time}  ${text}\n`);
  });
  for await (const status of checks.changes()) {
    frame.draw(checksTable(status, paint));
    await new Promise<void>((resolve) => systemSchedule(drawEveryMs, resolve));
  }
}
