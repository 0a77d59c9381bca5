import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "src");

/** What each room of `src` may import besides itself and the leaves; every room must be named here. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  schemas: ["protocol"],
  runtime: ["protocol"],
  transport: ["protocol", "runtime", "schemas"],
  storage: ["protocol", "runtime", "schemas"],
  elector: ["protocol", "runtime", "transport", "storage", "schemas"],
  liveness: ["protocol", "runtime", "transport", "elector", "schemas"],
  simulation: ["protocol", "runtime", "schemas", "liveness"],
  testing: ["protocol", "runtime", "elector", "simulation", "report"],
  settings: ["protocol", "runtime", "transport", "storage", "elector", "liveness", "schemas"],
  observability: ["protocol", "runtime", "transport", "elector", "liveness", "schemas", "settings"],
  tuning: ["protocol", "runtime", "simulation", "observability", "schemas", "liveness"],
  report: ["protocol", "runtime", "simulation", "tuning", "liveness"],
  cli: [
    "protocol",
    "runtime",
    "transport",
    "storage",
    "elector",
    "liveness",
    "simulation",
    "observability",
    "tuning",
    "report",
    "schemas",
    "settings",
    "liveness",
  ],
};

/** Files at the top that every room but the protocol may import; they import nothing. */
const leaves: readonly string[] = [
  "built-file.ts",
  "errors.ts",
  "exact-math.ts",
  "near-names.ts",
  "printable.ts",
  "quantiles.ts",
];

/** The front door sees all that a service sees. */
const frontDoor = ["protocol", "runtime", "transport", "storage", "elector", "settings"];

/** Import circles that are meant, types only, each in the order of its paths. An observer and its subject have to know each other. */
const circles: readonly (readonly string[])[] = [
  ["simulation/cluster/simulated-process.ts", "simulation/cluster/watcher.ts"],
];

/** Rooms that run in a browser, too. */
const browserSafe: readonly string[] = ["protocol", "runtime", "schemas", "simulation"];

/** What of them needs Node.js: clocks and chance of the system, worker threads, and files. */
const needsNode: readonly string[] = [
  "runtime/system-ports.ts",
  "simulation/jobs/thread-",
  "simulation/node.ts",
  "simulation/scenario/built-in-scenarios.ts",
  "simulation/scenario/scenario-file.ts",
];

const longestFileLines = 300;

interface SourceFile {
  /** Path below `src`, with forward slashes. */
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  /** Paths below `src` of what it imports from there. */
  readonly imports: readonly string[];
  /** Those of them that are there when the code runs: types are erased. */
  readonly loads: readonly string[];
  /** Names of packages and `node:` modules. */
  readonly packages: readonly string[];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

function read(file: string): SourceFile {
  const path = relative(src, file).replaceAll("\\", "/");
  const text = readFileSync(file, "utf8");
  const specifiers = [...text.matchAll(/(?:^|[\s;])(?:import|export)\b[^;"']*?from\s*["']([^"']+)["']/g)].map(
    ([, from]) => from,
  );
  const dynamic = [...text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)].map(([, from]) => from);
  const bare = [...text.matchAll(/^import\s*["']([^"']+)["']/gm)].map(([, from]) => from);
  const types = new Set(
    [...text.matchAll(/(?:^|[\s;])(?:import|export) type\b[^;"']*?from\s*["']([^"']+)["']/g)].map(
      ([, from]) => from,
    ),
  );
  const all = [...specifiers, ...dynamic, ...bare].filter((from) => from !== undefined);
  const below = (specifiers: readonly string[]): string[] =>
    specifiers
      .filter((from) => from.startsWith("."))
      .map((from) =>
        normalize(join(dirname(path), from))
          .replaceAll("\\", "/")
          .replace(/\.js$/, ".ts"),
      );
  return {
    path,
    folder: path.includes("/") ? path.slice(0, path.indexOf("/")) : "",
    text,
    imports: below(all),
    loads: below(all.filter((from) => !types.has(from))),
    packages: all.filter((from) => !from.startsWith(".")),
  };
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}

/** Groups of files that import each other, directly or through others of the group (Tarjan's strongly connected components). */
function circlesOf(importsOf: (path: string) => readonly string[]): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): number => {
    const index = order.size;
    order.set(path, index);
    lowest.set(path, index);
    open.push(path);
    for (const next of importsOf(path)) {
      if (!order.has(next)) visit(next);
      if (open.includes(next))
        lowest.set(path, Math.min(lowest.get(path) as number, lowest.get(next) as number));
    }
    if (lowest.get(path) === index) {
      const circle = open.splice(open.indexOf(path)).sort();
      if (circle.length > 1) circles.push(circle);
    }
    return index;
  };
  for (const { path } of files) if (!order.has(path)) visit(path);
  return circles;
}

/** The code without its comments, so that a comment may name what the code must not call. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:"'`])\/\/.*$/gm, "$1");
}

const files = filesBelow(src).map(read);

/** A function fits a screen. One that does not says why, in the comment at its head: `Long: ...`. */
const longestFunctionLines = 80;

interface FunctionLength {
  readonly head: string;
  readonly lines: number;
  /** Whether the comment at its head says why it is long. */
  readonly hasReason: boolean;
}

const functionHead =
  /^(\s*)(?:(?:export|default|async|public|private|protected|static|override|get|set)\s+)*(?:function\b.*|constructor\(.*|#?[a-z]\w*(?:<.*>)?\(.*|(?:const \w+.*= |return |\w+: )?(?:async )?\(?[^;]*=> \{)$/;

/** The functions of a formatted file: each ends at the first brace that stands where its head begins. */
function functionsOf(text: string): FunctionLength[] {
  const lines = text.split("\n");
  return lines.flatMap((head, from) => {
    const indent = functionHead.exec(head)?.[1];
    if (indent === undefined || /^\s*(?:if|for|while|switch|catch)\b/.test(head)) return [];
    // The head may go over several lines, all of them further in; a call has no brace at its end.
    const next = lines.findIndex((line, index) => index > from && !line.startsWith(`${indent} `));
    const open = head.endsWith("{") ? from : (lines[next] ?? "").startsWith(`${indent})`) ? next : -1;
    if (open < 0 || !(lines[open] as string).endsWith("{")) return [];
    const end = lines.findIndex((line, index) => index > open && line.startsWith(`${indent}}`));
    const begin = lines.findLastIndex((line, index) => index < from && line.trimStart().startsWith("/**"));
    const comment = (lines[from - 1] ?? "").endsWith("*/") ? lines.slice(begin, from).join("\n") : "";
    return [{ head: head.trim(), lines: end - from + 1, hasReason: comment.includes("Long: ") }];
  });
}

describe("the architecture", () => {
  it("lets imports go one way only", () => {
    const wrong: string[] = [];
    for (const { path, folder, imports } of files) {
      const allowed = folder !== "" ? mayImport[folder] : leaves.includes(path) ? [] : frontDoor;
      expect(allowed, `src/${path} lies in a folder that this test does not know`).toBeDefined();
      for (const target of imports) {
        const to = folderOf(target);
        const fine =
          to === folder ||
          (leaves.includes(target) && !leaves.includes(path) && folder !== "protocol") ||
          allowed?.includes(to);
        if (!fine) wrong.push(`src/${path} imports src/${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("has no import circle, types counted too, but those that are named above", () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const found = circlesOf((path) => (byPath.get(path)?.imports ?? []).filter((to) => byPath.has(to)));
    expect(found.filter((circle) => !circles.some((known) => known.join() === circle.join()))).toEqual([]);
    const run = circlesOf((path) => (byPath.get(path)?.loads ?? []).filter((to) => byPath.has(to)));
    expect(run, "circles among what runs").toEqual([]);
  });

  it("keeps what runs in a browser free of Node.js: a playground plays scenarios there", () => {
    const wrong = files.filter(
      ({ path, folder, packages }) =>
        browserSafe.includes(folder) &&
        !needsNode.some((exempt) => path.startsWith(exempt)) &&
        packages.some((name) => name.startsWith("node:")),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
    const byPath = new Map(files.map((file) => [file.path, file]));
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const next of byPath.get(path)?.loads ?? []) visit(next);
    };
    visit("simulation/index.ts");
    expect(reached.size).toBeGreaterThan(50);
    expect([...reached].filter((path) => needsNode.some((exempt) => path.startsWith(exempt)))).toEqual([]);
  });

  it("keeps Raft out of elector/leadership and elector/observers: other ways to hold a lease take them as they are", () => {
    const rooms = ["elector/leadership/", "elector/observers/"];
    // A name, and why a leadership was lost: every way to hold a lease has them.
    const neutral = ["LossReason", "NodeId"];
    const others = ["errors.ts", "printable.ts", "runtime/ports.ts", "elector/api.ts"];
    const inside = files.filter(({ path }) => rooms.some((room) => path.startsWith(room)));
    expect(inside.length).toBeGreaterThan(8);
    const wrong = inside.flatMap(({ path, text, imports, loads }) =>
      [
        ...imports.filter(
          (target) =>
            target !== "protocol/index.ts" &&
            !others.includes(target) &&
            !rooms.some((room) => target.startsWith(room)),
        ),
        // Of types alone: what runs comes from neither.
        ...loads.filter((target) => ["protocol/index.ts", "elector/api.ts"].includes(target)),
        ...[...text.matchAll(/import [^;]*?\{([^}]*)\} from "[^"]*protocol\/index\.js"/g)]
          .flatMap(([, names]) => (names ?? "").split(",").map((name) => name.trim()))
          .filter((name) => name !== "" && !neutral.includes(name)),
        ...(/\b(?:Raft(?!beat)|quorum|vote|configuration|heartbeat)\w*/.exec(withoutComments(text)) ?? []),
      ].map((found) => `src/${path}: ${found}`),
    );
    expect(wrong).toEqual([]);
  });

  it("keeps the protocol free of packages and of Node", () => {
    const wrong = files.filter(({ folder, packages }) => folder === "protocol" && packages.length > 0);
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it("keeps the rules of liveness pure: data and numbers in, verdicts out, the same on every engine and in a browser", () => {
    // Probes and beats over WebSockets are shells: they have sockets, timers and secrets.
    const isRule = (path: string) => /^liveness\/(?!probing\/|beats-wire\/)[a-z-]+\//.test(path);
    const rules = files.filter(({ path }) => isRule(path));
    expect(rules.length).toBeGreaterThan(10);
    const others = ["errors.ts", "exact-math.ts", "protocol/index.ts", "elector/options/check-options.ts"];
    const foreign = rules.flatMap(({ path, imports, packages }) => [
      ...imports
        .filter((target) => !isRule(target) && !others.includes(target))
        .map((target) => `src/${path} imports src/${target}`),
      ...packages.filter((name) => name !== "valibot").map((name) => `src/${path} imports ${name}`),
    ]);
    expect(foreign).toEqual([]);
    // Logarithms differ from engine to engine, so they may make levels and bounds, and no deadlines.
    const banned = /\bawait\b|\basync\b|\bPromise\b|\bconsole\b|\bDate\b/;
    const inexact = /\bMath\.(?:exp|expm1|log|log10|log1p|log2|pow|cbrt|sin|cos|tanh?|sinh|asinh)\b|\*\*/;
    const mayBeInexact = (path: string) =>
      path === "liveness/detection/phi.ts" || path.startsWith("liveness/qos/");
    const impure = rules
      .map(({ path, text }) => ({ path, code: withoutComments(text) }))
      .filter(({ path, code }) => banned.test(code) || (!mayBeInexact(path) && inexact.test(code)));
    expect(impure.map(({ path }) => path)).toEqual([]);
  });

  it("takes time and chance in system-ports.ts alone; service-scope.ts watches who else does", () => {
    const banned =
      /\b(?:Date\.now|performance\.now|process\.hrtime|Math\.random|setTimeout|setInterval|setImmediate)\b|\bnew Date\(\)/;
    const wrong = files
      .filter(({ path }) => path !== "runtime/system-ports.ts" && path !== "testing/service-scope.ts")
      .filter(({ text }) => banned.test(withoutComments(text)))
      .map(({ path, text }) => `src/${path}: ${banned.exec(withoutComments(text))?.[0]}`);
    expect(wrong).toEqual([]);
  });

  it("prints through cli/terminal/terminal.ts, and logs through stderr-logger.ts, which let nothing steer a terminal", () => {
    const banned = /\bprocess\.stdout\.write\b|\bconsole\./;
    const printers = ["cli/terminal/terminal.ts", "elector/observers/stderr-logger.ts"];
    const wrong = files.filter(
      ({ path, text }) => !printers.includes(path) && banned.test(withoutComments(text)),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
    // Progress, with numbers and names that are checked, and the sentence of an error.
    const errors = [
      "terminal/progress.ts",
      "commands/run-advise.ts",
      "commands/study.ts",
      "terminal/terminal.ts",
    ];
    const others = files.filter(
      ({ path, text }) =>
        /\bprocess\.stderr\.write\b/.test(withoutComments(text)) &&
        !errors.includes(path.replace("cli/", "")),
    );
    expect(others.map(({ path }) => path)).toEqual([]);
  });

  it("keeps the judge apart: the invariants share types alone with the rules, and no rule asks them", () => {
    const isJudge = (path: string) => /^(?:protocol\/invariants|liveness\/assignment\/judge)\//.test(path);
    const judges = files.filter(({ path }) => isJudge(path));
    expect(judges.length).toBeGreaterThan(1);
    expect(judges.flatMap(({ loads }) => loads.filter((target) => !isJudge(target)))).toEqual([]);
    const rules = files.filter(
      ({ path, folder }) =>
        ["protocol", "liveness"].includes(folder) && !isJudge(path) && path !== "protocol/index.ts",
    );
    expect(rules.filter(({ imports }) => imports.some(isJudge)).map(({ path }) => path)).toEqual([]);
  });

  it("keeps the protocol free of waiting and of logs", () => {
    const banned = /\bawait\b|\basync\b|\bPromise\b|\bconsole\b|\bDate\b/;
    const wrong = files.filter(
      ({ folder, text }) => folder === "protocol" && banned.test(withoutComments(text)),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it(`keeps every file within ${longestFileLines} lines`, () => {
    const long = files
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > longestFileLines);
    expect(long).toEqual([]);
  });

  it(`keeps every function within ${longestFunctionLines} lines, or says at its head why not`, () => {
    const long = files.flatMap(({ path, text }) =>
      functionsOf(text)
        .filter(({ lines, hasReason }) => lines > longestFunctionLines && !hasReason)
        .map(({ head, lines }) => `src/${path}: ${lines} lines: ${head}`),
    );
    expect(long).toEqual([]);
  });

  it("names files in kebab-case, after what they hold", () => {
    const wrong = files.filter(
      ({ path }) =>
        !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/.test(path) ||
        /(?:^|\/)(?:utils?|helpers?|common|misc|manager)\.ts$/.test(path),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

describe("the architecture test", () => {
  it("is described in ARCHITECTURE.md: every file of the protocol, and each name means one file that is there", () => {
    const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
    const named = [...text.matchAll(/`([a-z][a-z0-9/-]*(?:\.slow|\.long)?(?:\.test)?\.ts)`/g)].map(
      ([, name]) => name as string,
    );
    expect(named.length).toBeGreaterThan(100);
    const paths = [...filesBelow(src), ...filesBelow(join(root, "test"))].map(
      (file) => `/${relative(root, file).replaceAll("\\", "/")}`,
    );
    const ofSources = paths.filter((path) => path.startsWith("/src/"));
    const meant = (name: string) =>
      (name.startsWith("test/") ? paths : ofSources).filter((path) => path.endsWith(`/${name}`));
    const unclear = named
      .map((name) => ({ name, files: meant(name) }))
      .filter(({ files }) => files.length !== 1);
    expect(unclear).toEqual([]);
    const ofProtocol = paths.filter(
      (path) => path.startsWith("/src/protocol/") && !path.endsWith("/index.ts"),
    );
    expect(ofProtocol.filter((path) => named.every((name) => !path.endsWith(`/${name}`)))).toEqual([]);
  });

  it("expects no regular expression of an object's field: toMatchObject would match anything", () => {
    const tests = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });
    const expectations = tests
      .filter((path) => path.endsWith(".test.ts"))
      .flatMap(
        (path) => readFileSync(join(root, "test", path), "utf8").match(/toMatchObject\(.*?\);/gs) ?? [],
      );
    expect(expectations.length).toBeGreaterThan(100);
    expect(expectations.filter((text) => /\w: \/[^/*]/.test(text))).toEqual([]);
  });

  it("sees imports in all their forms", () => {
    const sample = files.find(({ path }) => path === "protocol/step.ts");
    expect(sample?.imports).toContain("protocol/heartbeat-receive.ts");
    expect(sample?.imports).toContain("protocol/data/node.ts");
    const front = files.find(({ path }) => path === "index.ts");
    expect(front?.imports.length).toBeGreaterThan(4);
  });

  it("finds a circle of three, and none in a chain", () => {
    const [a, b, c] = files.map(({ path }) => path) as [string, string, string];
    const chain: Readonly<Record<string, readonly string[]>> = { [a]: [b], [b]: [c] };
    expect(circlesOf((path) => chain[path] ?? [])).toEqual([]);
    const circle: Readonly<Record<string, readonly string[]>> = { ...chain, [c]: [a] };
    expect(circlesOf((path) => circle[path] ?? [])).toEqual([[a, b, c].sort()]);
  });

  it("measures functions in all their forms, and believes a reason only at the head", () => {
    const body = "  work();\n".repeat(90);
    const long = [
      `export function plain(): void {\n${body}}`,
      `async function several(\n  one: string,\n): Promise<void> {\n${body}}`,
      `const arrow = (one: string) => {\n${body}};`,
      `class One {\n  private method(one: string): void {\n${body.replaceAll("  ", "    ")}  }\n}`,
    ];
    for (const text of long)
      expect(functionsOf(text).map(({ lines }) => lines)).toEqual([
        text.split("\n").length - (text.startsWith("class") ? 2 : 0),
      ]);
    const [reason] = functionsOf(`/** Does it. Long: one table. */\nfunction table() {\n${body}}`);
    expect(reason).toMatchObject({ lines: 92, hasReason: true });
    const [elsewhere] = functionsOf(`/** Long: another. */\nconst one = 1;\nfunction table() {\n${body}}`);
    expect(elsewhere?.hasReason).toBe(false);
    expect(functionsOf(`call(\n${body});\nif (one) {\n${body}}`)).toEqual([]);
  });

  it("is not fooled by comments", () => {
    expect(withoutComments("// Date.now\n/* Math.random */ const at = 'ws://x'; // later")).toBe(
      "\n const at = 'ws://x'; ",
    );
  });
});
