import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Document, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from "yaml";
import { RaftbeatError } from "../../errors.js";
import { scenarioPath } from "./built-in-scenarios.js";
import { checkScenario, type Scenario } from "./scenario.js";
import { problemText } from "./scenario-problem.js";

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

/**
 * Reads a scenario from a YAML or JSON file; one without a name goes by the file's.
 * @param pathOrName a path, or the name of a scenario of the package, such as `quorum-loss`; a file of this name goes first
 * @throws RaftbeatError `invalidSettings`, naming the file, the line and what is wrong there
 */
export function readScenario(pathOrName: string, overrides: ScenarioOverrides = {}): Scenario {
  return readScenarioFile(pathOrName, overrides).scenario;
}

/**
 * Reads a scenario and its document from a YAML or JSON file.
 * @param pathOrName a path, or the name of a scenario of the package
 * @throws RaftbeatError `invalidSettings`, naming the file, the line and what is wrong there
 */
export function readScenarioFile(pathOrName: string, overrides: ScenarioOverrides = {}): ScenarioFile {
  const path = scenarioPath(pathOrName);
  const text = textOf(path);
  const lines = new LineCounter();
  // Keys as they were written: YAML's own rules would make 7 of the id 007.
  const document = parseDocument(text, { stringKeys: true, lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined)
    throw refused(`${path}:${lines.linePos(problem.pos[0]).line}: is no YAML: ${problem.message}`);
  const content = contentOf(path, document);
  const changed = overridden(content, overrides);
  const name = basename(path).replace(/\.(ya?ml|json)$/, "");
  const checked = checkScenario({ name, ...changed });
  if (checked.ok) return { scenario: checked.scenario, document: changed };
  const problems = checked.problems.map((problem) => ({
    text: problemText(problem),
    offset: offsetOf(document.contents, problem.keys),
  }));
  // As they stand in the file; what stands nowhere first.
  problems.sort((a, b) => (a.offset ?? -1) - (b.offset ?? -1));
  const told = problems.map(({ text, offset }) =>
    offset === null ? `${path}: ${text}` : `${path}:${lines.linePos(offset).line}: ${text}`,
  );
  throw refused(told.join("\n"));
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

function contentOf(path: string, document: Document.Parsed): object {
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw refused(`${path}: ${(cause as Error).message}`, cause);
  }
  if (typeof content === "object" && content !== null && !Array.isArray(content)) return content;
  throw refused(
    `${path}: a scenario is a map of keys, such as cluster: { nodes: 3 }, and this is ${String(JSON.stringify(content)).slice(0, 80)}`,
  );
}

/** Where the key stands in the text, or what is the nearest above it; null for what stands nowhere. */
function offsetOf(root: ParsedNode | null, keys: readonly (string | number)[]): number | null {
  let node: unknown = root;
  let offset: number | null = null;
  for (const key of keys) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) break;
      offset = (pair.key as ParsedNode).range[0];
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = (node as ParsedNode | undefined)?.range[0] ?? offset;
    } else break;
  }
  return offset;
}

function overridden(document: object, { seed, runs, protocol }: ScenarioOverrides): object {
  const given = document as { protocol?: object };
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
