import {
  createMonitor,
  type LivenessEvent,
  type Logger,
  listenBeats,
  type Monitor,
} from "../../liveness/index.js";
import { machineMs, systemClock, systemSchedule } from "../../runtime/system-ports.js";
import { createFrame } from "../terminal/frame.js";
import { onInterrupt } from "../terminal/on-interrupt.js";
import { printJson, printText, wantsColours } from "../terminal/terminal.js";
import type { WatchPlan } from "./watch-plan.js";
import { createWatchView } from "./watch-view.js";

/** How often a table is drawn. */
const drawMs = 200;

/** Watches until asked to end. Gives the exit code: 1 if nobody reads what it prints any more. @throws what keeps it from listening */
export async function runWatch(plan: WatchPlan): Promise<number> {
  const { detector, deadAfterMs, token, tls, listen } = plan;
  const interrupted = onInterrupt(false);
  const output = plan.json ? jsonOutput() : process.stdout.isTTY === true ? tableOutput() : lineOutput();
  const logger = loggerOf(output.note);
  const monitor = createMonitor({ detector, deadAfterMs, logger: { ...logger, warn() {}, info() {} } });
  const listener = await listenBeats(
    monitor,
    { host: listen.host ?? undefined, port: listen.port },
    { token, tls, logger },
  );
  try {
    for (const warning of plan.warnings) output.note("warning", { message: warning });
    const { intervalMs, pauseMs, name } = detector;
    output.note("listening", {
      host: listen.host ?? "*",
      port: listener.port,
      detector: name,
      intervalMs,
      pauseMs,
    });
    for (const id of plan.expect) monitor.watch(id);
    monitor.subscribe(output.event);
    const stopDrawing = output.begin(monitor);
    await new Promise<void>((resolve) => {
      interrupted.addEventListener("abort", () => resolve(), { once: true });
      void monitor.ended.then(() => resolve());
    });
    stopDrawing();
  } finally {
    await listener.close();
    monitor.close();
  }
  const error = await monitor.ended;
  if (error !== null) throw error;
  return interrupted.reason === "nobody reads what it prints" ? 1 : 0;
}

/** Where a watcher says what it sees. */
interface Output {
  event(event: LivenessEvent): void;
  /** Anything else, by its name. */
  note(event: string, details: Readonly<Record<string, unknown>>): void;
  /** Begins to draw; gives what ends it. */
  begin(monitor: Monitor): () => void;
}

function jsonOutput(): Output {
  const moment = () => ({ time: new Date(systemClock().wallMs()).toISOString(), monotonicMs: machineMs() });
  return {
    event: ({ kind, ...details }) => printJson({ event: kind, ...details, ...moment() }),
    note: (event, details) => printJson({ event, ...details, ...moment() }),
    begin: () => () => {},
  };
}

function lineOutput(): Output {
  const clock = systemClock();
  const view = createWatchView(false, { rows: Number.POSITIVE_INFINITY, columns: Number.POSITIVE_INFINITY });
  return {
    event: (event) => printText(view.line(event, clock.wallMs())),
    note: (event, details) =>
      printText(`${new Date(clock.wallMs()).toISOString()} ${noteText(event, details)}\n`),
    begin: () => () => {},
  };
}

/** Events above, and the table below them, drawn again and again. */
function tableOutput(): Output {
  const clock = systemClock();
  const coloured = wantsColours();
  const frame = createFrame(coloured);
  const view = (): ReturnType<typeof createWatchView> =>
    createWatchView(coloured, { rows: process.stdout.rows ?? 24, columns: process.stdout.columns ?? 80 });
  return {
    event: (event) => frame.above(view().line(event, clock.wallMs())),
    note: (event, details) =>
      frame.above(`${new Date(clock.wallMs()).toISOString()} ${noteText(event, details)}\n`),
    begin(monitor) {
      let cancel = (): void => {};
      const draw = (): void => {
        frame.draw(view().table(monitor.peers(), monitor.doubts));
        cancel = systemSchedule(drawMs, draw);
      };
      draw();
      return () => cancel();
    },
  };
}

function noteText(event: string, details: Readonly<Record<string, unknown>>): string {
  const { message, ...rest } = details;
  const words = Object.entries(rest)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
    .map(([name, value]) => `${name} ${value}`);
  const said = [typeof message === "string" ? message : null, words.length > 0 ? words.join(", ") : null];
  return `${event.padEnd(9)} ${said.filter((part) => part !== null).join(": ")}`;
}

/** What the listener warns of, such as connections that are refused: a line each. */
function loggerOf(note: Output["note"]): Logger {
  const say = (level: string) => (details: object, message: string) =>
    note(level, { message, ...(details as Record<string, unknown>) });
  return { debug() {}, info() {}, warn: say("warning"), error: say("error") };
}
