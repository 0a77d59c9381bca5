import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { electorDefaults } from "../../src/elector/options/options.js";
import { closeLimitMs } from "../../src/elector/ports/ports-in-time.js";
import { presets } from "../../src/protocol/index.js";
import { optionsFromEnv } from "../../src/settings/options-from-env.js";
import { read, root, tableOf } from "../docs/support/pages.js";
import { type Manifest, manifestsIn } from "./support/manifests.js";

const files = ["kubernetes.yaml", "kubernetes-autoscaled.yaml"] as const;
const [, web, statefulSet, budget, policy] = manifestsIn("kubernetes.yaml") as [
  Manifest,
  Manifest,
  Manifest,
  Manifest,
  Manifest,
];
const pod = statefulSet.spec.template.spec;
const [container] = pod.containers;
const settingOf = (name: string) => container.env.find((each) => each.name === name)?.value ?? "";

/** The longest that stopping with a handover takes where one replica stops at a time, in milliseconds. */
function longestStopMs(drainTimeoutMs: number, electionTimeoutMaxMs: number): number {
  return drainTimeoutMs + 4 * electionTimeoutMaxMs + 2 * closeLimitMs;
}

describe("the manifests of docs/deploy", () => {
  it.each(files)("%s fits the JSON schemas of Kubernetes", async (file) => {
    for (const document of manifestsIn(file)) {
      const kinds = (await import(/* @vite-ignore */ `kubernetes-models/${document.apiVersion}`)) as Record<
        string,
        new (
          given: object,
        ) => { validate(): void }
      >;
      const Kind = kinds[document.kind];
      if (Kind === undefined) throw new Error(`${document.apiVersion} has no ${document.kind}`);
      expect(() => new Kind(document).validate(), document.kind).not.toThrow();
    }
  });

  it("have no key that Kubernetes does not know, and the check sees one", () => {
    expect(unknownKeys(files.flatMap(manifestsIn))).toEqual([]);
    const wrong = { ...budget, spec: { ...budget.spec, maxUnavailabel: 1 } };
    expect(unknownKeys([wrong]).join()).toContain("maxUnavailabel");
  }, 90_000);

  it("give a pod more time to stop than a stop can take", () => {
    const { timing } = optionsFromEnv({
      ...Object.fromEntries(container.env.map(({ name, value }) => [name, value])),
      RAFTBEAT_ID: "billing-0",
      RAFTBEAT_TOKEN_FILE: undefined,
    });
    if (typeof timing !== "object") throw new Error("the timing of the manifest");
    const stopMs = longestStopMs(electorDefaults.drainTimeoutMs, timing.electionTimeout.maxMs);
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(stopMs);
    expect(stopMs).toBe(44_000);
    // The comment and the page do the same sum.
    expect(presets.cloud.electionTimeout.maxMs).toBe(timing.electionTimeout.maxMs);
    for (const text of [read("docs/deploy/kubernetes.yaml"), read("docs/kubernetes.md")]) {
      expect(text).toContain("30 s");
      expect(text).toContain("44 s");
    }
    expect(read("docs/kubernetes.md")).toContain(`gives ${pod.terminationGracePeriodSeconds} s`);
  });

  it("run as a user without rights, on a root file system that cannot be written, with a volume of its group", () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    const [autoscaled] = manifestsIn("kubernetes-autoscaled.yaml");
    expect(autoscaled?.spec.template.spec.containers[0].securityContext).toEqual(container.securityContext);
  });

  it("mount every volume and secret that a variable names", () => {
    const mounted = container.volumeMounts.map(({ mountPath }) => mountPath);
    for (const name of ["RAFTBEAT_DATA", "RAFTBEAT_TOKEN_FILE"])
      expect(
        mounted.some((path) => settingOf(name) === path || settingOf(name).startsWith(`${path}/`)),
        name,
      ).toBe(true);
    const sources = [
      ...pod.volumes,
      ...statefulSet.spec.volumeClaimTemplates.map(({ metadata }) => metadata),
    ];
    expect(container.volumeMounts.map(({ name }) => name).sort()).toEqual(
      sources.map(({ name }) => name).sort(),
    );
  });

  it("lead probes, services and policies to ports that are there", () => {
    const ports = new Map(container.ports.map(({ name, containerPort }) => [name, containerPort]));
    expect(ports.get("operators")).toBe(Number(settingOf("RAFTBEAT_HTTP").split(":").at(-1)));
    expect(ports.get("election")).toBe(Number(settingOf("RAFTBEAT_LISTEN").split(":").at(-1)));
    expect(ports.get("web")).toBe(Number(settingOf("PORT")));
    const used = [
      container.livenessProbe.httpGet.port,
      container.readinessProbe.httpGet.port,
      ...web.spec.ports.map(({ targetPort }) => targetPort ?? ""),
      ...(JSON.stringify(policy).match(/"port":"(\w+)"/g) ?? []).map(
        (found) => found.split('"')[3] as string,
      ),
    ];
    expect(used.length).toBe(7);
    expect(used.filter((name) => !ports.has(name))).toEqual([]);
    const [autoscaled] = manifestsIn("kubernetes-autoscaled.yaml");
    const url = autoscaled?.spec.template.spec.containers[0].env.find(
      ({ name }) => name === "LEADER_URL",
    )?.value;
    const operators = web.spec.ports.find(({ name }) => name === "operators");
    expect(url).toBe(`http://${web.metadata.name}:${operators?.port}/leaderz`);
    expect(read("docs/kubernetes.md")).toContain(`fetch("${url}")`);
  });

  it("select the pods that they mean, and keep two of them on two machines", () => {
    const { labels } = statefulSet.spec.template.metadata;
    for (const selector of [web.spec.selector, JSON.stringify(budget.spec.selector)])
      expect(JSON.stringify(selector)).toContain("billing");
    expect(budget).toMatchObject({ spec: { maxUnavailable: 1, selector: { matchLabels: labels } } });
    expect(policy).toMatchObject({ spec: { podSelector: { matchLabels: labels } } });
    expect(pod.affinity).toMatchObject({
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } },
        ],
      },
    });
  });

  it("probe paths that a node serves", () => {
    const served = tableOf(read("docs/operations.md"), "endpoints").map(([path]) => path);
    for (const { httpGet } of [container.livenessProbe, container.readinessProbe])
      expect(served).toContain(`GET ${httpGet.path}`);
  });
});

/** What the compiler says of documents that are written as literals of the types of Kubernetes: it refuses a key that a type does not have. */
function unknownKeys(documents: readonly Manifest[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "raftbeat-manifests-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const code = documents.map(
    (document, index) =>
      `import type { I${document.kind} as Kind${index} } from "kubernetes-models/${document.apiVersion}";\n` +
      `export const document${index}: Kind${index} = ${JSON.stringify(document)};\n`,
  );
  writeFileSync(join(folder, "documents.mts"), code.join(""));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const { stdout } = spawnSync(
    "npx",
    [
      "tsc",
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--module",
      "nodenext",
      join(folder, "documents.mts"),
    ],
    { cwd: root, encoding: "utf8" },
  );
  return stdout.split("\n").filter((line) => line.includes("error"));
}
