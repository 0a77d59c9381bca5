import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { freePorts } from "../../src/cli/demo/free-ports.js";
import type { StatusReply } from "../../src/observability/http/status-reply.js";
import { read, tableOf } from "../docs/support/pages.js";
import { type Running, run, temporaryFolder, until } from "../processes/support/node.js";
import { type Manifest, manifestsIn } from "./support/manifests.js";

const statefulSet = manifestsIn("kubernetes.yaml").find(({ kind }) => kind === "StatefulSet") as Manifest;
const [container] = statefulSet.spec.template.spec.containers;
const pods = Array.from(
  { length: statefulSet.spec.replicas },
  (_, index) => `${statefulSet.metadata.name}-${index}`,
);
const service = fileURLToPath(new URL("../../examples/service-in-a-container.ts", import.meta.url));

/** The user and group of the pods' security context; only root can start a process as somebody else. */
const user = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};

/** Three processes start together, on a machine that may be busy. */
const patienceMs = 40_000;

const portNames = ["election", "operators", "web"] as const;
type PortName = (typeof portNames)[number];

/** Where the services of a test run in place of pods. */
interface Machine {
  readonly folder: string;
  /** The port that stands for a pod's port. */
  port(pod: string, port: PortName): number;
}

/** Volumes and a secret as Kubernetes makes them: they belong to root, and to the group that `fsGroup` names. */
async function machine(): Promise<Machine> {
  const folder = temporaryFolder();
  const ports = await freePorts(portNames.length * pods.length, Math.random);
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "token"), `${"0123456789abcdef".repeat(4)}\n`, { mode: 0o440 });
  for (const pod of pods) mkdirSync(join(folder, pod));
  for (const name of ["token", ...pods]) if ("gid" in user) chownSync(join(folder, name), 0, user.gid);
  for (const pod of pods) chmodSync(join(folder, pod), 0o2775);
  return {
    folder,
    port: (pod, port) => ports[portNames.length * pods.indexOf(pod) + portNames.indexOf(port)] as number,
  };
}

/** The environment of a pod, with the addresses, the volume and the secret of this machine in place of the cluster's. */
function environmentOf(pod: string, { folder, port }: Machine): Record<string, string> {
  const ofMachine = (value: string) =>
    value
      .replaceAll("$(RAFTBEAT_ID)", pod)
      .replaceAll(/(billing-\d)\.billing:7400/g, (_, id: string) => `127.0.0.1:${port(id, "election")}`)
      .replace(/(billing-\d)\.billing:8080/, (_, id: string) => `127.0.0.1:${port(id, "web")}`)
      .replace("0.0.0.0:7400", `127.0.0.1:${port(pod, "election")}`)
      .replace("0.0.0.0:8400", `127.0.0.1:${port(pod, "operators")}`)
      .replace(/^8080$/, String(port(pod, "web")))
      .replace("/var/lib/election", join(folder, pod))
      .replace("/run/secrets/election", folder);
  const entries = container.env.map(({ name, value, valueFrom }) => [
    name,
    value === undefined ? (valueFrom?.fieldRef.fieldPath === "metadata.name" ? pod : "") : ofMachine(value),
  ]);
  return Object.fromEntries(entries);
}

function start(environment: Record<string, string>): Running {
  // The cache of the compiler would be written where only root may.
  return run(["--import", "tsx", service], { ...environment, TSX_DISABLE_CACHE: "1" }, user);
}

describe("the manifest docs/deploy/kubernetes.yaml", () => {
  it("names each pod among the voters, under the pod's own address and port", () => {
    const voters = container.env.find(({ name }) => name === "RAFTBEAT_VOTERS")?.value?.split(",");
    const { serviceName } = statefulSet.spec;
    const port = container.ports.find(({ name }) => name === "election")?.containerPort;
    expect(voters).toEqual(pods.map((pod) => `${pod}=ws://${pod}.${serviceName}:${port}`));
  });

  it("starts services that elect a leader, are ready, send customers to it, hand over, and start again with RAFTBEAT_JOIN", async () => {
    const here = await machine();
    const url = (pod: string, path: string, port: PortName = "operators") =>
      `http://127.0.0.1:${here.port(pod, port)}${path}`;
    const statusOf = async (pod: string) => (await fetch(url(pod, "/status"))).status;
    const nodes = new Map(pods.map((pod) => [pod, start(environmentOf(pod, here))]));
    const { livenessProbe, readinessProbe } = container;
    const probe = async (path: string) =>
      (
        await Promise.all(
          pods.map((pod) =>
            fetch(url(pod, path)).then(
              ({ status }) => status,
              () => 0,
            ),
          ),
        )
      ).join();
    const all = pods.map(() => 200).join();
    await until(
      async () => (await probe(readinessProbe.httpGet.path)) === all,
      () =>
        `three nodes that are ready; they said ${[...nodes.values()].map((node) => node.stdout() + node.stderr()).join("")}`,
      patienceMs,
    );
    expect(await probe(livenessProbe.httpGet.path)).toBe(all);

    const { leader: first } = (await (await fetch(url(pods[0] ?? "", "/leaderz"))).json()) as {
      readonly leader: string;
    };
    for (const pod of pods)
      expect(await (await fetch(url(pod, "/orders", "web"))).text()).toBe(`served by ${first}\n`);
    nodes.get(first)?.process.kill("SIGTERM");
    expect(await nodes.get(first)?.exited).toBe(0);
    const { RAFTBEAT_VOTERS: _, ...others } = environmentOf(first, here);
    start({ ...others, RAFTBEAT_JOIN: "true" });
    await until(
      async () => (await statusOf(first).catch(() => 0)) === 200,
      "the node that started again",
      patienceMs,
    );
    await until(
      async () => (await probe(readinessProbe.httpGet.path)) === all,
      "three nodes that are ready again",
      patienceMs,
    );
    const status = (await (await fetch(url(first, "/status"))).json()) as StatusReply;
    expect(status.voters.map(({ id }) => id)).toEqual(pods);

    const metrics = await (await fetch(url(first, "/metrics"))).text();
    const served = [...metrics.matchAll(/^# TYPE (raftbeat_\w+)/gm)].map(([, name]) => name as string);
    const table = tableOf(read("docs/operations.md"), "metrics").flatMap(([names = ""]) => names.split(", "));
    // Only a node with a certificate has one that expires.
    expect(table.sort()).toEqual([...served, "raftbeat_certificate_not_after_timestamp_seconds"].sort());
  }, 100_000);
});
