import { afterAll, describe, expect, it } from "vitest";
import * as real from "../../../src/liveness/index.js";
import { type Edit, planted } from "../../support/planted-build.js";
import { type Liveness, stopAll } from "../support/beats.js";
import { beatsStories, slowBeatsStories } from "../support/beats-stories.js";

const stories = { ...beatsStories, ...slowBeatsStories };

/** A bug, and the beginning of the story that must catch it. */
const mutants: Readonly<Record<string, readonly [Edit, string]>> = {
  "late words of an old connection count": [
    [
      "beat-connection.ts",
      "private accepts(): boolean { if (this.ended) return false;",
      "private accepts(): boolean {",
    ],
    "late words of a connection that was replaced",
  ],
  "the end of an old connection is told": [
    [
      "senders.ts",
      "if (id === undefined || this.connected.get(id)?.connection !== connection) return;",
      "if (id === undefined) return;",
    ],
    "a newer connection of one life takes the place",
  ],
  "the older connection stays": [
    ["senders.ts", "if (known === undefined) return; this.counts.replaced++;", "if (true) return;"],
    "a newer connection of one life takes the place",
  ],
  "the end of a connection is not told": [
    ["senders.ts", "this.monitor.closed(id);", ""],
    "a connection that ends without a goodbye",
  ],
  "a close is as good as a goodbye": [
    ["senders.ts", "this.monitor.closed(id);", "this.monitor.goodbye(id);"],
    "a connection that ends without a goodbye",
  ],
  "the end after a goodbye is told": [
    ["senders.ts", "this.connected.delete(id); this.counts.goodbyes++;", "this.counts.goodbyes++;"],
    "a sender is alive at once",
  ],
  "a former life pushes out the newer": [
    ["senders.ts", "if (known?.formerBoots.includes(boot) === true)", "if (false)"],
    "another life takes the place",
  ],
  "the interval of a hello is not bounded": [
    ["senders.ts", "if (interval !== null)", "if (false)"],
    "a sender is judged by its own interval",
  ],
  "the interval of a hello is ignored": [
    [
      "senders.ts",
      "this.monitor.beat(id, { boot, slot, intervalMs, zone });",
      "this.monitor.beat(id, { boot, slot, zone });",
    ],
    "a sender is judged by its own interval",
  ],
  "beats wait for a connection": [
    [
      "send-beats.ts",
      "this.unsent = this.link?.send(beatText(slot)) !== true;",
      "(globalThis as any).kept ??= []; (globalThis as any).kept.push(beatText(slot)); this.unsent = this.link?.send(beatText(slot)) !== true; if (!this.unsent) for (const kept of (globalThis as any).kept.splice(0)) this.link?.send(kept);",
    ],
    "beats that find no connection are dropped",
  ],
  "a new connection begins without a beat": [
    ["send-beats.ts", "this.pulse.beatNow();", ""],
    "a sender that ends as soon as it began",
  ],
  "a goodbye is said that was not wanted": [
    ["beat-link.ts", "if (goodbye) this.socket.send(byeText);", "this.socket.send(byeText);"],
    "a sender that fails as soon as it began",
  ],
  "the goodbye is not said": [
    ["beat-link.ts", "if (goodbye) this.socket.send(byeText);", ""],
    "a sender is alive at once",
  ],
  "stop does not wait for the connection": [
    [
      "send-beats.ts",
      "if (this.ending !== null) this.link?.end(this.ending.goodbye);",
      "if (this.ending !== null) this.link?.terminate();",
    ],
    "a sender that ends as soon as it began",
  ],
  "no token is asked for": [
    [
      "beat-handshake.ts",
      'const proven = judgeProofs(hello[7], tokens(), "dialling", [challenge, hello.slice(0, 7)]);',
      'const proven = { ok: true, token: null, detail: "" };',
    ],
    "a sender without the token",
  ],
  "the sender believes any observer": [
    [
      "beat-handshake.ts",
      'return proven.ok ? { next: "up" } : wrong("wrongToken", proven.detail);',
      'return { next: "up" };',
    ],
    "an observer that answers without the token",
  ],
  "a sender asks for no sign of life": [
    [
      "beat-link.ts",
      'if (this.state !== "up") return; const { silence, socket, receivedAtMs }',
      "if (true) return; const { silence, socket, receivedAtMs }",
    ],
    "a sender finds out that its path is dead",
  ],
};

describe("beats over WebSockets, with time", () => {
  it.each(Object.entries(slowBeatsStories))("%s", async (_, story) => {
    await story(real);
  });
});

afterAll(stopAll);

/** Whether the story that must catch a bug does; all stories have ports of their own, so they run side by side. */
async function isCaught([edit, beginning]: readonly [Edit, string]): Promise<boolean> {
  const [story, ...others] = Object.entries(stories).filter(([name]) => name.startsWith(beginning));
  if (story === undefined || others.length > 0) throw new Error(`no one story begins with: ${beginning}`);
  const mutant = await planted<Liveness>("liveness/index.ts", [edit], "liveness/beats-wire/");
  try {
    await story[1](mutant);
    return false;
  } catch {
    return true;
  }
}

describe("a planted bug", () => {
  it("is caught, each of them", async () => {
    const all = Object.entries(mutants);
    const caught = await Promise.all(all.map(([, mutant]) => isCaught(mutant)));
    expect(all.filter((_, index) => !caught[index]).map(([name]) => name)).toEqual([]);
  }, 120_000);

  it("is planted for every story", () => {
    const caught = Object.values(mutants).map(([, beginning]) => beginning);
    const without = Object.keys(stories).filter((name) => !caught.some((each) => name.startsWith(each)));
    expect(without).toEqual([]);
  });
});
