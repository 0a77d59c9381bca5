/**
 * Beats over a port of your own, here UDP: the sender's `send` puts a beat into a datagram, the watcher hands what arrives to its monitor. Datagrams may be
 * lost, doubled and late; the boot and the slot of each beat keep the monitor right. UDP tells nothing of a process that is gone, so silence alone does.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Beat, createMonitor, createPulse, type LivenessEvent } from "raftbeat/liveness";

const intervalMs = 100;

/** The watcher. What comes over a network is checked before it is used; the monitor checks the rest, and throws at nothing. */
const monitor = createMonitor({ intervalMs, pauseMs: 400 });
const inbox = createSocket("udp4");
inbox.on("message", (datagram) => {
  if (datagram.length > 200) return;
  try {
    const [id, boot, slot, leaving] = JSON.parse(datagram.toString()) as [string, string, number, boolean];
    monitor.beat(id, { boot, slot, leaving });
  } catch {
    // Not one of ours.
  }
});
inbox.bind(0, "127.0.0.1");
await once(inbox, "listening");
const { port } = inbox.address();

/** A sender, over a network that loses every fifth datagram and doubles every seventh. */
function startSender(id: string) {
  const socket = createSocket("udp4");
  let count = 0;
  let crashed = false;
  const send = ({ boot, slot, leaving }: Beat): void => {
    count++;
    if (crashed || (count % 5 === 0 && !leaving)) return;
    const datagram = JSON.stringify([id, boot, slot, leaving]);
    // A socket that is closed at once would take the goodbye with it.
    const sent = leaving ? () => socket.close() : () => {};
    if (count % 7 === 0 && !leaving) socket.send(datagram, port, "127.0.0.1");
    socket.send(datagram, port, "127.0.0.1", sent);
  };
  const pulse = createPulse({ id, intervalMs, send });
  return {
    /** Says goodbye and ends. */
    stop: pulse.stop,
    /** Ends without a word, as a process does that is killed. */
    crash(): void {
      crashed = true;
      pulse.stop();
      socket.close();
    },
  };
}

/** Waits for this event of this peer. */
function told(kind: LivenessEvent["kind"], id: string): Promise<LivenessEvent> {
  return new Promise((resolve) => {
    const end = monitor.subscribe((event) => {
      if (event.kind !== kind || !("id" in event) || event.id !== id) return;
      end();
      resolve(event);
    });
  });
}

const bothAlive = Promise.all([told("alive", "a"), told("alive", "b")]);
const a = startSender("a");
const b = startSender("b");
await bothAlive;
console.log("both are alive");

await new Promise((resolve) => setTimeout(resolve, 1500));
console.log(`suspected in 1.5 s with losses: ${monitor.counts().suspicions}`);
console.log(`beats that came twice were counted, and changed nothing: ${monitor.counts().staleBeats > 0}`);

const silence = told("suspect", "b");
b.crash();
const { silentMs } = (await silence) as Extract<LivenessEvent, { kind: "suspect" }>;
console.log(`b is gone: suspected after an interval and a pause of silence: ${silentMs > 400}`);

const goodbye = told("left", "a");
a.stop();
await goodbye;
console.log("a said goodbye: left");

inbox.close();
monitor.close();
console.log("done");
