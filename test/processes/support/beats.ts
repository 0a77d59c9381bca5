import { onTestFinished } from "vitest";
import { machineMs } from "../../../src/runtime/system-ports.js";
import { stopAll } from "../../transport/support/nodes.js";
import { type TcpProxy, tcpProxy } from "../../transport/support/wire.js";
import { type Running, raftbeat, until } from "./node.js";

/** A line of `raftbeat watch --json`. */
export interface WatchLine {
  readonly event: string;
  readonly id?: string;
  readonly reason?: string;
  readonly silentMs?: number;
  readonly port?: number;
  /** On the clock that all processes of this machine share. */
  readonly monotonicMs: number;
}

/** A watcher in a process of its own. */
export interface WatchProcess extends Running {
  readonly port: number;
  readonly url: string;
  /** Everything that was told of this peer, in order: `alive`, `suspect closed`. */
  story(id: string): string[];
  /** Waits for the first such event of this peer. */
  told(event: string, id: string): Promise<WatchLine>;
}

/** Runs `raftbeat watch --json` on a free port. */
export async function watchProcess(...more: readonly string[]): Promise<WatchProcess> {
  const running = raftbeat(["watch", "--listen", "127.0.0.1:0", "--json", ...more]);
  const lines = running.lines as unknown as readonly WatchLine[];
  const { port = 0 } = (await running.line(
    ({ event }) => (event as string) === "listening",
    "a port",
  )) as unknown as WatchLine;
  return {
    ...running,
    port,
    url: `ws://127.0.0.1:${port}`,
    story: (id) =>
      lines
        .filter((line) => line.id === id && line.event !== "warning")
        .map(({ event, reason }) => (reason === undefined ? event : `${event} ${reason}`)),
    async told(event, id) {
      const isIt = (line: WatchLine) => line.event === event && line.id === id;
      await until(
        () => lines.some(isIt),
        () => `${event} ${id}; it said ${running.stdout()}${running.stderr()}`,
      );
      return lines.find(isIt) as WatchLine;
    },
  };
}

/** Runs `raftbeat beat` to this address, with what is to run after it. */
export function beatProcess(url: string, id: string, ...more: readonly string[]): Running {
  return raftbeat(["beat", "--to", url, "--id", id, ...more]);
}

/** A path to the watcher that can go silent without closing. It goes with the test. */
export async function pathTo(port: number): Promise<TcpProxy & { readonly url: string }> {
  const proxy = await tcpProxy(port);
  onTestFinished(stopAll);
  return { ...proxy, url: `ws://127.0.0.1:${proxy.port}` };
}

/** Milliseconds from a moment of the machine's clock to an event. */
export function sinceMs(fromMs: number, { monotonicMs }: WatchLine): number {
  return monotonicMs - fromMs;
}

export { machineMs };
