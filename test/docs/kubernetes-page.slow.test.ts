import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { freePorts } from "../../src/cli/demo/free-ports.js";
import type { StatusReply } from "../../src/observability/http/status-reply.js";
import { raftbeat, temporaryFolder, until } from "../processes/support/node.js";
import { codeBlocks, read, tableOf } from "./support/pages.js";

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

interface StatefulSet {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly serviceName: string;
    readonly replicas: number;
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly env: readonly Variable[];
          readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
          readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
          readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
          readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
        }[];
      };
    };
  };
}

const [manifest = ""] = codeBlocks(read("docs/kubernetes.md"), "yaml");
const documents = parseAllDocuments(manifest).map((document) => document.toJS() as { readonly kind: string });
const statefulSet = documents.find(({ kind }) => kind === "StatefulSet") as unknown as StatefulSet;
const container = statefulSet.spec.template.spec
  .containers[0] as (typeof statefulSet.spec.template.spec.containers)[0];
const pods = Array.from(
  { length: statefulSet.spec.replicas },
  (_, index) => `${statefulSet.metadata.name}-${index}`,
);

/** Three processes start together, on a machine that may be busy. */
const patienceMs = 40_000;

/** Where the nodes of a test run in place of pods. */
interface Machine {
  readonly folder: string;
  /** The port that stands for a pod's port. */
  port(pod: string, port: "election" | "http"): number;
}

async function machine(): Promise<Machine> {
  const folder = temporaryFolder();
  const ports = await freePorts(2 * pods.length, Math.random);
  writeFileSync(join(folder, "token"), `${"0123456789abcdef".repeat(4)}\n`);
  for (const pod of pods) mkdirSync(join(folder, pod));
  return {
    folder,
    port: (pod, port) => ports[2 * pods.indexOf(pod) + (port === "http" ? 1 : 0)] as number,
  };
}

/** The environment of a pod, with the addresses, the volume and the secret of this machine in place of the cluster's. */
function environmentOf(pod: string, { folder, port }: Machine): Record<string, string> {
  const ofMachine = (value: string) =>
    value
      .replaceAll(
        /ws:\/\/(billing-\d)\.billing:7400/g,
        (_, id: string) => `ws://127.0.0.1:${port(id, "election")}`,
      )
      .replace("0.0.0.0:7400", `127.0.0.1:${port(pod, "election")}`)
      .replace("0.0.0.0:8400", `127.0.0.1:${port(pod, "http")}`)
      .replace("/var/lib/billing", join(folder, pod))
      .replace("/run/secrets/election", folder);
  const entries = container.env.map(({ name, value, valueFrom }) => [
    name,
    value === undefined ? (valueFrom?.fieldRef.fieldPath === "metadata.name" ? pod : "") : ofMachine(value),
  ]);
  return Object.fromEntries(entries);
}

describe("the manifest of docs/kubernetes.md", () => {
  beforeAll(() => {
    expect(parseAllDocuments(manifest).flatMap(({ errors }) => errors)).toEqual([]);
  });

  it("has a headless service, a stateful set and a disruption budget of one name", () => {
    expect(documents.map(({ kind }) => kind)).toEqual(["Service", "StatefulSet", "PodDisruptionBudget"]);
    expect(documents).toMatchObject([
      { spec: { clusterIP: "None", publishNotReadyAddresses: true } },
      { spec: { serviceName: "billing" } },
      { spec: { maxUnavailable: 1 } },
    ]);
  });

  it("names each pod among the voters, under the pod's own address and port", () => {
    const voters = container.env.find(({ name }) => name === "RAFTBEAT_VOTERS")?.value?.split(",");
    const { serviceName } = statefulSet.spec;
    const port = container.ports.find(({ name }) => name === "election")?.containerPort;
    expect(voters).toEqual(pods.map((pod) => `${pod}=ws://${pod}.${serviceName}:${port}`));
  });

  it("keeps the record on the pod's volume", () => {
    const data = container.env.find(({ name }) => name === "RAFTBEAT_DATA")?.value ?? "";
    const mount = container.volumeMounts.find(({ name }) => name === "data");
    expect(data.startsWith(`${mount?.mountPath}/`)).toBe(true);
  });

  it("starts nodes that elect a leader, are alive and ready, and start again with RAFTBEAT_JOIN in place of RAFTBEAT_VOTERS", async () => {
    const here = await machine();
    const url = (pod: string, path: string) => `http://127.0.0.1:${here.port(pod, "http")}${path}`;
    const statusOf = async (pod: string) => (await fetch(url(pod, "/status"))).status;
    const start = (environment: Record<string, string>) =>
      raftbeat([...container.args, "--json"], environment);
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

    const [first = ""] = pods;
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
