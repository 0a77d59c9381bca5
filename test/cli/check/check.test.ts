import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { namedBackends } from "../../../src/cli/check/backend-names.js";
import { planCheck } from "../../../src/cli/check/check-plan.js";
import { changeText, checksTable, painter } from "../../../src/cli/check/check-text.js";
import { runCheck } from "../../../src/cli/check/run-check.js";
import { serveChecks } from "../../../src/cli/check/serve-checks.js";
import { type Checks, createChecks, silentLogger } from "../../../src/liveness/index.js";
import type { ChangeRights } from "../../../src/observability/http/guard.js";
import { raftbeatHere } from "../support/in-process.js";

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Checks whose backends b, c and so on pass or fail as this says. */
function checksOf(well: Readonly<Record<string, boolean>>, fall = 1): Checks {
  const checks = createChecks({
    backends: Object.keys(well),
    probe: (id) => well[id] === true,
    fall,
    intervalMs: 60_000,
    fastIntervalMs: 1,
    logger: silentLogger,
  });
  open.push(checks);
  return checks;
}

async function allProbed(checks: Checks): Promise<void> {
  for await (const { backends } of checks.changes()) if (backends.every(({ last }) => last !== null)) return;
}

describe("what raftbeat check refuses", () => {
  it.each([
    "http//user:hunter2@h/",
    "http://user:hunter2/x@h/",
    "http://user:x@hunter2@h:99999/",
    "user:hunter2@h:3000",
    "http:\\\\user:hunter2@h:x",
  ])("is named without the password: %s", async (target) => {
    const { exitCode, stderr } = await raftbeatHere(["check", target]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^raftbeat: backends\.\S+ \(.*\(not shown\)@h.*\) must be an http:/);
    expect(stderr).not.toContain("hunter2");
  });
});

describe("raftbeat check --once", () => {
  it("finds two dead backends down after three probes each, and uses both: panic; exit code 1", async () => {
    const { exitCode, stdout } = await raftbeatHere(
      "check http://127.0.0.1:1/x http://127.0.0.1:2/y --rise 2 --fall 3 --interval 40ms --once --json".split(
        " ",
      ),
    );
    expect(exitCode).toBe(1);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ event: "checked", panics: true, usable: ["127.0.0.1-1", "127.0.0.1-2"] });
    expect(answer.backends).toMatchObject([
      { id: "127.0.0.1-1", target: "http://127.0.0.1:1/x", up: false, credit: 0, probeCount: 3 },
      { id: "127.0.0.1-2", target: "http://127.0.0.1:2/y", up: false, credit: 0, probeCount: 3 },
    ]);
    expect(answer.backends[0].last.reason).toContain("ECONNREFUSED");
  });

  it("exits 0 where all are up, after one probe each, and prints a table", async () => {
    const server = createServer((request, response) =>
      response.writeHead(request.headers.host === "shop" ? 204 : 500).end(),
    );
    open.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { exitCode, stdout } = await raftbeatHere(
      `check web=http://127.0.0.1:${port}/ db=tcp://127.0.0.1:${port} --interval 40ms --host shop --once`.split(
        " ",
      ),
    );
    expect([exitCode, stdout.replace(/ +/g, " ").replace(/\d+ ms/g, "1 ms")]).toEqual([
      0,
      [
        "backend state credit last probe took used",
        "web up ■■■■ passed 1 ms yes",
        "db up ■■■■ passed 1 ms yes",
        "2 of 2 used\n",
      ].join("\n"),
    ]);
  });

  it.each([
    ["check", "no backend was given: give URLs"],
    ["check 10.0.0.7", "backends.10.0.0.7 (10.0.0.7) must be an http:// or https:// URL"],
    ["check a=http://x a=http://y", "the backend a is given twice"],
    ["check http://x --rise 0", '--rise "0" must be a whole number from 1 to 100'],
    ["check http://x --interval soon", '--interval "soon" must be a duration from 1ms to 24h, such as 500ms'],
    ["check http://x --interval 0s", '--interval "0s" must be a duration from 1ms to 24h'],
    ["check http://x --statuses ok", "http.statuses (ok) must be statuses"],
    [
      "check http://x --ca /no/such/file",
      "/no/such/file cannot be read as the certificate authority: ENOENT",
    ],
    ["check http://x --http-allow-changes", "--http-allow-changes is for --serve: give both"],
    ["check http://x --once --serve 127.0.0.1:0", "--once ends at once, and --serve serves on"],
  ])("%s is refused with exit code 2: %s", async (line, sentence) => {
    const { exitCode, stderr } = await raftbeatHere(line.split(" "));
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });
});

describe("the plan of a check", () => {
  it("names backends by host and port where they have no name", () => {
    expect(
      namedBackends([
        "http://10.0.0.7:3000/a",
        "http://10.0.0.7:3000/b",
        "tcp://[::1]:5432",
        "x.y=http://h/?a=b",
        "http://shop.example",
      ]),
    ).toEqual({
      "10.0.0.7-3000": "http://10.0.0.7:3000/a",
      "10.0.0.7-3000-2": "http://10.0.0.7:3000/b",
      "1-5432": "tcp://[::1]:5432",
      "x.y": "http://h/?a=b",
      "shop.example": "http://shop.example",
    });
    expect(Object.keys(namedBackends(["http://10.0.0.7:1/", "10.0.0.7-1=http://h/"]))).toEqual([
      "10.0.0.7-1-2",
      "10.0.0.7-1",
    ]);
  });

  it("takes durations in their units", () => {
    const { intervalMs, timeoutMs, slowStartMs } = planCheck(["http://x"], {
      interval: "1.5s",
      timeout: "250",
      slowStart: "1m",
    }).options;
    expect([intervalMs, timeoutMs, slowStartMs]).toEqual([1500, 250, 60_000]);
  });
});

describe("what is served of checks", () => {
  const none: ChangeRights = { tokens: () => [], allowsLocal: false };

  async function served(rights = none) {
    const checks = checksOf({ a: true, b: true, c: false });
    await allProbed(checks);
    const server = await serveChecks({ host: "127.0.0.1", port: 0 }, checks, rights);
    open.push(server);
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${server.url}${path}`, init);
      const text = await response.text();
      return [response.status, text.startsWith("{") ? JSON.parse(text) : text.trim()];
    };
    return { checks, ask };
  }

  it("is one backend as 200 or 503, the usable ones, and the whole", async () => {
    const { ask, checks } = await served();
    expect(await ask("/livez")).toEqual([200, "alive"]);
    expect(await ask("/backends/a")).toEqual([200, "usable"]);
    expect(await ask("/backends/c")).toEqual([503, "not usable: down, the probe said false"]);
    expect(await ask("/backends/a", { method: "HEAD" })).toEqual([200, ""]);
    expect(await ask("/usable")).toEqual([200, { usable: ["a", "b"] }]);
    const [status, whole] = await ask("/status");
    expect([status, whole.usable, whole.backends.length]).toEqual([200, ["a", "b"], 3]);
    const [, metrics] = await ask("/metrics");
    expect(metrics).toMatch(/^raftbeat_backend_up\{.*"a".*\} 1$/m);
    expect(metrics).toMatch(/^raftbeat_backend_up\{.*"c".*\} 0$/m);
    expect(metrics).toMatch(/^raftbeat_backends_panic 0$/m);
    for (const id of ["a", "b", "c"]) checks.drain(id);
    expect(await ask("/usable")).toEqual([503, { usable: [] }]);
    expect(await ask("/backends/a")).toEqual([503, "not usable: drains"]);
    for (const path of ["/", "/backends/", "/backends/x", "/backends/..", "/backends/a/b"])
      expect((await ask(path))[0], path).toBe(404);
    expect((await ask("/status", { method: "POST" }))[0]).toBe(405);
    expect((await ask("/status", { headers: { origin: "http://evil.example" } }))[0]).toBe(403);
  });

  it("is drained and undrained by those who know the token, and by nobody else", async () => {
    const { ask, checks } = await served({ tokens: () => ["secret"], allowsLocal: true });
    const post = (path: string, body: string, token?: string) =>
      ask(path, {
        method: "POST",
        body,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      });
    expect((await post("/drain", '{"id":"a"}'))[1].error.code).toBe("tokenMissing");
    expect((await post("/drain", '{"id":"a"}', "guess"))[1].error.code).toBe("tokenWrong");
    expect((await ask("/drain"))[0]).toBe(405);
    expect(checks.usable()).toEqual(["a", "b"]);
    expect(await post("/drain", '{"id":"a"}', "secret")).toMatchObject([
      200,
      { id: "a", draining: true, usable: false },
    ]);
    expect(checks.usable()).toEqual(["b"]);
    expect(await post("/undrain", '{"id":"a"}', "secret")).toMatchObject([200, { id: "a", draining: false }]);
    expect((await post("/drain", '{"id":"x"}', "secret"))[0]).toBe(404);
    for (const body of ["", "{}", "no JSON", '{"id":5}', '{"id":"a","more":1}', '{"id":"../a"}'])
      expect((await post("/drain", body, "secret"))[0], body).toBe(400);
  });

  it("is drained by nobody without a token, unless this machine is let in by name", async () => {
    const drain = { method: "POST", body: '{"id":"a"}' };
    expect((await (await served()).ask("/drain", drain))[0]).toBe(403);
    expect((await (await served({ tokens: () => [], allowsLocal: true })).ask("/drain", drain))[0]).toBe(200);
  });
});

describe("what is shown of checks", () => {
  it("is a row for each backend, coloured where the terminal has colours, and nothing steers it", async () => {
    const checks = checksOf({ a: true, b: false, c: true });
    await allProbed(checks);
    checks.drain("c");
    expect(
      checksTable(checks.status(), painter(false))
        .replace(/ +/g, " ")
        .replace(/\d+ ms/g, "0 ms"),
    ).toBe(
      [
        "backend state credit last probe took used",
        "a up ■■ passed 0 ms yes",
        "b down ·· the probe said false 0 ms no",
        "c up, drains ■■ passed 0 ms no",
        "1 of 3 used\n",
      ].join("\n"),
    );
    expect(checksTable(checks.status(), painter(true))).toContain("\x1b[31mb ");
    expect(changeText({ kind: "down", id: "b", reason: "\x1b[2J" })).toBe("b is down: \ufffd[2J");
  });
});

describe("a token file", () => {
  it("is read for those who may drain", () => {
    const file = join(mkdtempSync(join(tmpdir(), "raftbeat-check-")), "token");
    writeFileSync(file, "secret\n");
    const { serve } = planCheck(["http://x"], { serve: "127.0.0.1:0", tokenFile: file });
    expect(serve?.rights.tokens()).toEqual(["secret"]);
  });
});

describe("raftbeat check that goes on", () => {
  /** Runs a check until something that it prints says so, then ends it; gives what it printed. */
  async function ran(
    targets: readonly string[],
    flags: object,
    isTerminal: boolean,
    isEnough: (text: string) => boolean,
  ) {
    const end = new AbortController();
    let text = "";
    const spy = vi.spyOn(process.stdout, "write").mockImplementation((part) => {
      text += String(part);
      if (isEnough(text)) end.abort();
      return true;
    });
    try {
      const plan = planCheck(targets, { interval: "40ms", fall: "1", ...flags });
      const areUp = await runCheck(plan, { isTerminal, coloured: false }, end.signal);
      return { areUp, text };
    } finally {
      spy.mockRestore();
    }
  }

  it("prints a line for each change, with how many are used", async () => {
    const { areUp, text } = await ran(["a=http://127.0.0.1:1/", "b=http://127.0.0.1:1/"], {}, false, (said) =>
      said.includes("panic: "),
    );
    expect(areUp).toBe(true);
    expect(
      text
        .replace(/^\S+Z {2}/gm, "")
        .split("\n")
        .sort(),
    ).toEqual([
      "",
      expect.stringMatching(/^a is down: connect ECONNREFUSED 127.0.0.1:1 \([12] of 2 used/),
      expect.stringMatching(/^b is down: connect ECONNREFUSED 127.0.0.1:1 \([12] of 2 used/),
      "checking a, b",
      "panic: 0 of 2 are well, all are used (2 of 2 used: panic, too few are well)",
    ]);
  });

  it("prints an object a line with --json, the first with where it serves", async () => {
    const { text } = await ran(
      ["a=http://127.0.0.1:1/"],
      { json: true, serve: "127.0.0.1:0" },
      false,
      (said) => said.includes('"panic"'),
    );
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({
      event: "begun",
      url: expect.stringMatching(/^http:\/\/127/),
      backends: [{ id: "a" }],
    });
    expect(lines.slice(1).map(({ event, id }) => [event, id])).toEqual([
      ["probed", "a"],
      ["down", "a"],
      ["panic", undefined],
    ]);
    // What it served is served no more.
    await expect(fetch(`${lines[0].url}/livez`)).rejects.toThrow();
  });

  it("draws a table on a terminal, with the changes above it", async () => {
    const { text } = await ran(["a=http://127.0.0.1:1/"], {}, true, (said) => said.includes("a is down"));
    expect(text).toMatch(/^checking a\nbackend {2}state/);
    expect(text).toMatch(/\[J\d{4}-\d\d-\d\dT[\d:.]+Z {2}a is down/);
    const last = text.split("\u001b[J").at(-2) ?? "";
    expect(last).toMatch(/backend {2}state[^\n]*\na +down/);
  });

  it("ends with an error where it cannot serve", async () => {
    await expect(
      ran(["a=http://127.0.0.1:1/"], { serve: "192.0.2.1:80" }, false, () => false),
    ).rejects.toThrow("the HTTP server cannot listen on 192.0.2.1:80");
  });
});
