import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Command } from "commander";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { askAll } from "../../../src/cli/client/cluster-client.js";
import { addReconfigureCommand } from "../../../src/cli/commands/reconfigure.js";
import { addTransferCommand } from "../../../src/cli/commands/transfer.js";
import { planClient } from "../../../src/cli/settings/client-plan.js";
import { RaftbeatError } from "../../../src/errors.js";
import type { PeerCounters } from "../../../src/transport/websocket/peer-counters.js";
import { link, type Served, serve } from "../../observability/support/http.js";
import { raftbeatHere } from "../support/in-process.js";

/** What a command prints. Rejects with its error. */
async function run(...args: readonly string[]): Promise<string> {
  let printed = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const program = new Command().exitOverride();
  addTransferCommand(program);
  addReconfigureCommand(program);
  try {
    await program.parseAsync(args, { from: "user" });
    return printed;
  } finally {
    write.mockRestore();
  }
}

/** A node that leads. */
async function leading(links = (): readonly PeerCounters[] => [link]): Promise<Served> {
  const served = await serve(null, { links });
  served.become({ role: "leader", isLeader: true, leader: "a", term: 4 });
  return served;
}

/** What the HTTP server of something else answers. */
async function stranger(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void [server.close(), server.closeAllConnections()]);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const problemAt = async (url: string): Promise<unknown> => {
  const [answer] = await askAll(planClient({ url }, {}, []));
  return answer?.status === null ? answer.problem : answer;
};

describe("a transfer to the node that leads", () => {
  it("is done already", async () => {
    const { url, asked } = await leading();
    expect(await run("transfer", "--to", "a", "--url", url)).toBe("a leads already, in term 4\n");
    const json = await run("transfer", "--to", "a", "--url", url, "--json");
    expect(JSON.parse(json)).toEqual({ from: "a", to: "a", term: 4 });
    expect(asked).toEqual([]);
  });

  it("is done for whoever asks over HTTP, too", async () => {
    const { ask, asked } = await leading();
    const reply = await ask("/transfer", { method: "POST", body: '{"to":"a"}' });
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.text)).toEqual({ transferred: true, from: "a", to: "a", term: 4 });
    expect(asked).toEqual([]);
  });
});

describe("a transfer", () => {
  /** A node that leads until it is asked to hand over, and the node that leads then. */
  async function handingOver(
    next: string,
  ): Promise<{ readonly args: readonly string[]; readonly from: Served }> {
    const from = await leading();
    const to = await serve(null);
    to.become({ id: next, leader: "a", term: 4 });
    Object.assign(from.elector, {
      async transfer({ to: target }: { to: string }) {
        from.asked.push(`transfer to ${target}`);
        from.become({ role: "follower", isLeader: false, leader: next, term: 5 });
        to.become({ id: next, role: "leader", isLeader: true, leader: next, term: 5 });
      },
    });
    return { args: ["--url", `${from.url},${to.url}`], from };
  }

  it("that ends where it was asked to exits 0 and names the new leader", async () => {
    const { args, from } = await handingOver("b");
    expect(await raftbeatHere(["transfer", "--to", "b", ...args])).toEqual({
      exitCode: 0,
      stdout: "a handed over; b leads in term 5\n",
      stderr: "",
    });
    expect(from.asked).toEqual(["transfer to b"]);
  });

  it("that ends elsewhere exits 1, and names the node that leads", async () => {
    const { args } = await handingOver("c");
    const ended = await raftbeatHere(["transfer", "--to", "b", "--json", ...args]);
    expect(ended).toMatchObject({ exitCode: 1, stderr: "" });
    expect(JSON.parse(ended.stdout)).toEqual({ from: "a", to: "c", term: 5 });
  });

  it("waits for the next term where the old leader has not noticed yet that it leads no longer", async () => {
    const { args, from } = await handingOver("b");
    const { status, transfer } = from.elector;
    let lookCount = 0;
    let isHandedOver = false;
    Object.assign(from.elector, {
      async transfer() {
        isHandedOver = true;
      },
      status() {
        if (isHandedOver && ++lookCount === 4) void transfer.call(from.elector, { to: "b" });
        return status();
      },
    });
    const { exitCode, stdout } = await raftbeatHere(["transfer", "--to", "b", ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "a handed over; b leads in term 5\n" });
  });

  it("that is refused exits 1 with the node's own reason", async () => {
    const { url, refuse } = await leading();
    refuse(new RaftbeatError("transferRefused", "b has not caught up"));
    const { exitCode, stdout, stderr } = await raftbeatHere(["transfer", "--to", "b", "--url", url]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toBe(`raftbeat: ${url} refused: b has not caught up\n`);
  });
});

describe("raftbeat status", () => {
  it("exits 1 while no node knows a leader, and says why", async () => {
    const { url, become } = await serve();
    become({ leader: null, leaderMetadata: null, whyNoLeader: "2 of 3 voters are needed" });
    const { exitCode, stdout } = await raftbeatHere(["status", "--url", url]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^test: no leader known, term 3\n/);
    expect(stdout).toContain("a knows no leader: 2 of 3 voters are needed");
  });

  it("exits 0 if one of several knows a leader, and takes the leader's word for the members", async () => {
    const [follower, leader] = [await serve(), await leading()];
    follower.become({
      id: "b",
      leader: null,
      voters: [{ id: "old", address: "ws://old:1", incarnation: null }],
    });
    const { exitCode, stdout } = await raftbeatHere(["status", "--url", `${follower.url},${leader.url}`]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^test: a leads, term 4 \(http:\/\/b\)\n/);
    expect(stdout).not.toContain("ws://old:1");
    expect(stdout).toMatch(/\na +leader +4 +120 ms /);
    expect(stdout).toMatch(/\nb +follower +3 +- /);
    expect(stdout).toMatch(/\nb +voter +ws:\/\/b:7400 +connected\n/);
    expect(stdout).toMatch(/\nc +voter +ws:\/\/c:7400 +no link\n/);
  });

  it("prints with --json every node in the order asked, also the one that is silent", async () => {
    const { url } = await serve();
    const { exitCode, stdout } = await raftbeatHere([
      "status",
      "--json",
      "--url",
      `http://127.0.0.1:1,${url}`,
    ]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      nodes: [
        { url: "http://127.0.0.1:1", status: null },
        { url, status: { id: "a", leader: "b" } },
      ],
    });
  });
});

describe("a member that is to be", () => {
  it("removed must be one", async () => {
    const { url, asked } = await leading();
    await expect(run("reconfigure", "--remove", "z", "--url", url)).rejects.toThrow(
      /^--remove z: a, which leads, knows no such member, only voters a, b, c$/,
    );
    expect(asked).toEqual([]);
    expect(await run("reconfigure", "--remove", "c", "--url", url)).toBe("voters a, b, c\n");
    expect(asked).toEqual([{ remove: "c" }]);
  });

  it("added as an observer must not be a voter", async () => {
    const { url, asked } = await leading();
    const adding = run("reconfigure", "--add", "b=ws://b:7400", "--observer", "--url", url);
    await expect(adding).rejects.toThrow(/^--add b --observer: b is a voter: remove it first/);
    expect(asked).toEqual([]);
  });

  it("added and cannot be reached is named with the link's problem, within the time that the client waits", async () => {
    let lookCount = 0;
    const links = () => {
      lookCount++;
      return [{ ...link, connected: false, lastProblem: "the token does not match" }];
    };
    const { url, elector } = await leading(links);
    let givenMs = 0;
    Object.assign(elector, {
      async reconfigure(_change: unknown, { timeoutMs }: { timeoutMs: number }) {
        givenMs = timeoutMs;
        const before = lookCount;
        await vi.waitFor(() => expect(lookCount).toBeGreaterThan(before));
        throw new RaftbeatError("timeout", "b has not been met yet");
      },
    });
    const adding = run("reconfigure", "--add", "b=ws://b:7400", "--url", url, "--timeout-ms", "8000");
    await expect(adding).rejects.toThrow(
      /refused: b has not been met yet; the link with b: the token does not match$/,
    );
    expect(givenMs).toBe(7000);
  });
});

describe("a stranger at a node's address", () => {
  it("who answers without an end is not read to it", async () => {
    let sentBytes = 0;
    const url = await stranger((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024, " ");
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sentBytes += chunk.length;
      };
      response.on("drain", more).writeHead(200);
      more();
    });
    expect(await problemAt(url)).toMatch(/ answers more than 1048576 bytes, as no raftbeat node does/);
    // What had been read, and what the buffers of both sides hold.
    expect(sentBytes).toBeLessThan(32 * 1024 * 1024);
  });

  it.each([
    ["names a leader that is no id", { leader: "\u001b[2J" }],
    ["names a voter that is no id", { voters: [{ id: "b\nraftbeat: done", address: "ws://b:1" }] }],
    ["is at no possible term", { term: 1e300 }],
  ])("who %s is no raftbeat node", async (_what, wrong) => {
    const { elector } = await serve();
    const body = { ...elector.status(), leaseRemainingMs: 0, ...wrong };
    const url = await stranger((_request, response) => void response.end(JSON.stringify(body)));
    expect(await problemAt(url)).toBe("no raftbeat node answers there");
  });
});

it("the lease of a lone voter, which has no end, is understood", async () => {
  const { elector } = await serve();
  const body = { ...elector.status(), leaseRemainingMs: Number.POSITIVE_INFINITY };
  const url = await stranger((_request, response) => void response.end(JSON.stringify(body)));
  expect(await problemAt(url)).toMatchObject({ status: { id: "a", leaseRemainingMs: null } });
});
