/**
 * One process watches another by its beats over WebSockets: it is killed, starts again, and is asked to end.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createMonitor, type LivenessEvent, listenBeats, sendBeats } from "raftbeat/liveness";

const intervalMs = 200;
const [, , url] = process.argv;

if (url === undefined) await watch();
else job(url);

/** The process that is watched. */
function job(watcher: string): void {
  // It must not outlive the watcher, which is its parent.
  process.once("disconnect", () => process.exit());
  const sender = sendBeats(watcher, { id: "job", intervalMs });
  const work = setInterval(() => {}, 1000);
  process.once("SIGTERM", async () => {
    clearInterval(work);
    // Says goodbye: the watcher tells `left`, and no alarm follows.
    await sender.stop();
    process.disconnect();
  });
}

/** The process that watches. */
async function watch(): Promise<void> {
  const monitor = createMonitor({ intervalMs, pauseMs: 600 });
  const listener = await listenBeats(monitor, { host: "127.0.0.1", port: 0 });
  const startJob = (): ChildProcess =>
    fork(fileURLToPath(import.meta.url), [`ws://127.0.0.1:${listener.port}`]);

  /** The next event of this kind. */
  const next = <Kind extends LivenessEvent["kind"]>(kind: Kind) =>
    new Promise<Extract<LivenessEvent, { kind: Kind }>>((resolve) => {
      const end = monitor.subscribe((event) => {
        if (event.kind !== kind) return;
        end();
        resolve(event as Extract<LivenessEvent, { kind: Kind }>);
      });
    });

  let running = startJob();
  console.log(`${(await next("alive")).id} is alive`);

  const suspected = next("suspect");
  running.kill("SIGKILL");
  const { reason, silentMs } = await suspected;
  console.log(`killed: suspect, its connection ${reason}; before the pause was over: ${silentMs < 800}`);
  await next("dead");
  console.log("no beat since: dead");

  running = startJob();
  await next("restarted");
  console.log("started again: restarted");

  const left = next("left");
  running.kill("SIGTERM");
  console.log(`asked to end: ${(await left).kind}, ${listener.counts().goodbyes} goodbye`);

  await listener.close();
  monitor.close();
  console.log("done");
}
