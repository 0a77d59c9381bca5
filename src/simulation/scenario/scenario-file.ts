import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { RaftbeatError } from "../../errors.js";
import { placeOf, readYaml } from "../../schemas/yaml-text.js";
import { type BackendsScenario, checkBackendsScenario } from "../backends/backends-scenario.js";
import { checkPairScenario, type PairScenario } from "../pair/pair-scenario.js";
import { scenarioPath } from "./built-in-scenarios.js";
import { checkScenario, type Scenario } from "./scenario.js";
import { problemText, type ScenarioProblem } from "./scenario-problem.js";

/** No scenario is longer. */
const longestBytes = 1_000_000;

/** A scenario, and the document that it was read from: a sweep varies the document. */
export interface ScenarioFile {
  readonly scenario: Scenario;
  /** As it stands in the file, with the overrides. */
  readonly document: object;
}

/** What may be played otherwise than the file says. */
export interface ScenarioOverrides {
  readonly seed?: number | undefined;
  readonly runs?: number | undefined;
  /** Modes that are set in place of the file's; the others stay. */
  readonly protocol?: Readonly<Record<string, unknown>> | undefined;
}

/** A scenario of an election, or (with the key `pair`) of senders and observers, or (with the key `backends`) of a gateway and its backends. */
export type AnyScenario = Scenario | PairScenario | BackendsScenario;

/**
 * Reads a scenario of an election from a YAML or JSON file; one without a name goes by the file's.
 * @param pathOrName a path, or the name of a scenario of the package, such as `quorum-loss`; a file of this name goes first
 * @throws RaftbeatError `invalidSettings`, naming the file, the line and what is wrong there
 */
export function readScenario(pathOrName: string, overrides: ScenarioOverrides = {}): Scenario {
  return readScenarioFile(pathOrName, overrides).scenario;
}

/**
 * Reads a scenario of any kind: of an election, of senders and observers, or of a gateway and its backends.
 * @param pathOrName a path, or the name of a scenario of the package, such as `liveness/beats-lost`
 * @throws RaftbeatError `invalidSettings`, naming the file, the line and what is wrong there
 * @example
 * const scenario = readAnyScenario("liveness/beats-lost");
 * if ("pair" in scenario) console.log(simulatePair(scenario, { clockMs: () => performance.now() }).falseSuspicions);
 */
export function readAnyScenario(pathOrName: string, overrides: ScenarioOverrides = {}): AnyScenario {
  const file = readFile(pathOrName);
  const kind = kindOf(file.content);
  if (kind === "cluster") return electionIn(file, overrides).scenario;
  if (overrides.protocol !== undefined)
    throw refused(
      `${file.path}: modes of the protocol (${Object.keys(overrides.protocol).join(", ")}) are for elections, and this scenario has no cluster but ${kind}`,
    );
  const document = overridden(file.content, overrides);
  return kind === "pair"
    ? checked(file, document, checkPairScenario)
    : checked(file, document, checkBackendsScenario);
}

/**
 * Reads a scenario of an election and its document from a YAML or JSON file.
 * @param pathOrName a path, or the name of a scenario of the package
 * @throws RaftbeatError `invalidSettings`, naming the file, the line and what is wrong there
 */
export function readScenarioFile(pathOrName: string, overrides: ScenarioOverrides = {}): ScenarioFile {
  const file = readFile(pathOrName);
  const kind = kindOf(file.content);
  if (kind !== "cluster" && !("cluster" in file.content))
    throw refused(
      `${file.path}: this scenario has no cluster but ${kind}: raftbeat simulate plays it, readAnyScenario reads it, and nothing else does`,
    );
  return electionIn(file, overrides);
}

/** A file that holds a map of keys. */
interface ReadFile {
  readonly path: string;
  readonly content: object;
  readonly lineOf: (keys: ScenarioProblem["keys"]) => number | null;
}

function readFile(pathOrName: string): ReadFile {
  const path = scenarioPath(pathOrName);
  const read = readYaml(textOf(path));
  if (!read.ok) throw refused(`${placeOf(path, read.problem.line)}: ${read.problem.sentence}`);
  const { content, lineOf } = read.text;
  if (!isDocument(content))
    throw refused(
      `${path}: a scenario is a map of keys, such as cluster: { nodes: 3 }, and this is ${String(JSON.stringify(content)).slice(0, 80)}`,
    );
  return { path, content, lineOf };
}

/** What a scenario is of, by its keys. */
function kindOf(content: object): "cluster" | "pair" | "backends" {
  return "pair" in content ? "pair" : "backends" in content ? "backends" : "cluster";
}

function electionIn(file: ReadFile, overrides: ScenarioOverrides): ScenarioFile {
  const document = overridden(file.content, overrides);
  return { scenario: checked(file, document, checkScenario), document };
}

/** The scenario that the document describes; one without a name goes by the file's. */
function checked<Checked>(
  { path, lineOf }: ReadFile,
  document: object,
  check: (
    input: object,
  ) =>
    | { readonly ok: true; readonly scenario: Checked }
    | { readonly ok: false; readonly problems: readonly ScenarioProblem[] },
): Checked {
  const name = basename(path).replace(/\.(ya?ml|json)$/, "");
  const result = check({ name, ...document });
  if (result.ok) return result.scenario;
  const problems = result.problems.map((problem) => ({
    text: problemText(problem),
    line: lineOf(problem.keys),
  }));
  // As they stand in the file; what stands nowhere first.
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  throw refused(problems.map(({ text, line }) => `${placeOf(path, line)}: ${text}`).join("\n"));
}

function textOf(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw refused(`${path}: cannot be read: ${(cause as Error).message}`, cause);
  }
  if (text.length > longestBytes) throw refused(`${path}: is longer than ${longestBytes} characters`);
  return text;
}

function isDocument(content: unknown): content is object {
  return typeof content === "object" && content !== null && !Array.isArray(content);
}

function overridden(document: object, { seed, runs, protocol }: ScenarioOverrides): object {
  const given = document as { protocol?: object | undefined };
  return {
    ...document,
    ...(seed === undefined ? {} : { seed }),
    ...(runs === undefined ? {} : { runs }),
    ...(protocol === undefined ? {} : { protocol: { ...given.protocol, ...protocol } }),
  };
}

function refused(message: string, cause?: unknown): RaftbeatError {
  return new RaftbeatError("invalidSettings", message, { cause });
}
