/**
 * A gateway before four HTTP servers, processes of their own: one is killed, one is stopped (SIGSTOP), one is drained and then ended, all under traffic. Beside it a
 * gateway without health checks takes the same traffic; the counts of failed requests of both are shown.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, get, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createChecks, silentLogger } from "raftbeat/liveness";

/** A backend, in JavaScript, so that its process starts at once. */
const backend = `
  process.once("disconnect", () => process.exit());
  require("node:http").createServer((request, response) => {
    if (request.url === "/healthz") response.end("well");
    else setTimeout(() => response.end("an answer"), 5);
  }).listen(Number(process.argv[1]), "127.0.0.1", () => process.send("ready"));
`;

await gateways();

async function gateways(): Promise<void> {
  const ports = new Map((await freePorts(4)).map((port, index) => [`b${index + 1}`, port]));
  const ids = [...ports.keys()];
  const children = new Map<string, ChildProcess>();
  const start = async (id: string): Promise<void> => {
    const stdio = ["ignore", "inherit", "inherit", "ipc"] as const;
    const child = spawn(process.execPath, ["--eval", backend, String(ports.get(id))], { stdio: [...stdio] });
    children.set(id, child);
    await once(child, "message");
  };
  await Promise.all(ids.map(start));

  const checks = createChecks({
    backends: Object.fromEntries([...ports].map(([id, port]) => [id, `http://127.0.0.1:${port}/healthz`])),
    intervalMs: 200,
    timeoutMs: 250,
    fall: 2,
    errorsBeforeProbe: 2,
    logger: silentLogger,
  });
  const state = async (id: string, usable: boolean): Promise<void> => {
    const signal = AbortSignal.timeout(15_000);
    for await (const status of checks.changes({ signal })) if (status.usable.includes(id) === usable) return;
    throw new Error(`${id} did not become ${usable ? "usable" : "unusable"} within 15 s`);
  };

  let turn = 0;
  const withChecks = await gateway(
    ports,
    () => checks.pick() ?? "b1",
    (id, ok) => checks.report(id, { ok }),
  );
  const without = await gateway(ports, () => ids[turn++ % ids.length] as string);
  const traffic = startTraffic([withChecks, without]);

  /** What failed while this went on, at either gateway. */
  async function during(what: string, work: () => Promise<void>): Promise<readonly [number, number]> {
    traffic.reset();
    await work();
    const [own, other] = traffic.failed() as [number, number];
    console.log(`${what}: of ${traffic.count()} requests ${own} failed with checks, ${other} without`);
    return [own, other];
  }

  await during("all well", () => sleep(500));
  const killed = await during("b1 killed, and started again", async () => {
    children.get("b1")?.kill("SIGKILL");
    await state("b1", false);
    await sleep(1000);
    await start("b1");
    await state("b1", true);
  });
  const stopped = await during("b2 stopped, and continued", async () => {
    children.get("b2")?.kill("SIGSTOP");
    await state("b2", false);
    await sleep(1500);
    children.get("b2")?.kill("SIGCONT");
    await state("b2", true);
  });
  const drained = await during("b3 drained, ended, and started again", async () => {
    checks.drain("b3");
    // Requests under way end.
    await sleep(200);
    children.get("b3")?.kill("SIGKILL");
    await sleep(1000);
    await start("b3");
    checks.undrain("b3");
    await state("b3", true);
  });
  console.log(`fewer failed with checks: ${[killed, stopped, drained].every(([own, other]) => own < other)}`);
  console.log(`for the drain at most a tenth of them: ${drained[0] * 10 <= drained[1]}`);

  traffic.stop();
  checks.close();
  for (const server of [withChecks, without]) server.close().closeAllConnections();
  for (const child of children.values()) child.kill("SIGKILL");
  console.log("done");
}

/** A proxy of one try: it asks the backend that `choose` names, and answers 502 if that fails or takes a second. */
async function gateway(
  ports: ReadonlyMap<string, number>,
  choose: () => string,
  report: (id: string, ok: boolean) => void = () => {},
): Promise<Server> {
  const server = createServer((_, response) => {
    const id = choose();
    const request = get({
      host: "127.0.0.1",
      port: ports.get(id),
      path: "/",
      signal: AbortSignal.timeout(1000),
    });
    const fail = (): void => {
      report(id, false);
      response.writeHead(502).end();
    };
    request.once("error", fail);
    request.once("response", (answer) => {
      request.off("error", fail).on("error", () => response.destroy());
      report(id, (answer.statusCode ?? 500) < 500);
      answer.pipe(response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Asks each gateway once in 10 ms, and counts. */
function startTraffic(servers: readonly Server[]) {
  let count = 0;
  let failed = servers.map(() => 0);
  const urls = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const ask = (url: string, index: number): void => {
    const counts = failed;
    const onFailure = (): void => {
      counts[index] = (counts[index] ?? 0) + 1;
    };
    const request = get(url, (response) => {
      if (response.statusCode !== 200) onFailure();
      response.resume().on("error", () => {});
    });
    request.on("error", onFailure);
  };
  const timer = setInterval(() => {
    count++;
    urls.forEach(ask);
  }, 10);
  return {
    reset() {
      count = 0;
      failed = servers.map(() => 0);
    },
    count: () => count,
    failed: () => [...failed],
    stop: () => clearInterval(timer),
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createTcpServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
