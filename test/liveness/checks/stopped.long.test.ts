import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChecksEvent } from "../../../src/liveness/index.js";

/** A real backend, and a real process that checks it. */
describe("a process that checks and was away", () => {
  let status = 200;
  const server = createServer((_, response) => {
    setTimeout(() => response.writeHead(status).end(), 150);
  });
  const told: ChecksEvent[] = [];
  let child: ChildProcess;

  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const file = fileURLToPath(new URL("../support/checking-child.ts", import.meta.url));
    child = fork(file, [`http://127.0.0.1:${port}/`], { execArgv: ["--import", "tsx"] });
    child.on("message", (event) => told.push(event as ChecksEvent));
    await more("probed");
  }, 30_000);

  afterAll(() => {
    child.kill("SIGKILL");
    server.close().closeAllConnections();
  });

  /** Waits for so many more events of this kind. */
  async function more(kind: ChecksEvent["kind"], count = 1): Promise<void> {
    const wanted = () => told.filter((event) => event.kind === kind).length;
    const aim = wanted() + count;
    const endMs = performance.now() + 20_000;
    while (wanted() < aim) {
      if (performance.now() > endMs) throw new Error(`no ${count} more ${kind} within 20 s`);
      await sleep(10);
    }
  }

  it.each<[string, (child: ChildProcess) => Promise<void>]>([
    [
      "stopped",
      async (child) => {
        child.kill("SIGSTOP");
        await sleep(2500);
        child.kill("SIGCONT");
      },
    ],
    ["blocked", async (child) => void child.send(2500)],
  ])("accuses nobody: %s for 2.5 s, with a probe under way", async (_, away) => {
    await away(child);
    await more("probed", 2);
    expect(told.filter(({ kind }) => kind === "down")).toEqual([]);
  });

  it("finds a backend all the same that fails", async () => {
    status = 503;
    await more("down");
  });
});
