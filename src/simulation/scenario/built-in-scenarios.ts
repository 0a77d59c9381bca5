import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { packageFile } from "../../built-file.js";
import { RaftbeatError } from "../../errors.js";
import { nearNames } from "../../near-names.js";

/** A scenario that the package ships. */
export interface BuiltInScenario {
  /** What `readScenario` and `raftbeat simulate` take. */
  readonly name: string;
  /** What it asks, in a sentence. */
  readonly question: string;
  readonly path: string;
}

const ending = /\.(?:ya?ml|json)$/;

/** The scenarios that the package ships, by name. */
export function builtInScenarios(): BuiltInScenario[] {
  return builtInNames().map((name) => {
    const path = pathOf(name);
    const { question } = parse(readFileSync(path, "utf8")) as { readonly question: string };
    return { name, question, path };
  });
}

/**
 * The file that is meant: a path, or the name of a scenario that the package ships. A file of this name goes before the package's scenario.
 * @throws RaftbeatError `invalidSettings` for a name that is neither, with the names that are like it
 */
export function scenarioPath(pathOrName: string): string {
  const isFile = statSync(pathOrName, { throwIfNoEntry: false })?.isFile() ?? false;
  if (isFile) return pathOrName;
  const names = builtInNames();
  if (names.includes(pathOrName)) return pathOf(pathOrName);
  if (/[/\\]/.test(pathOrName) && !pathOrName.startsWith(livenessFolder)) return pathOrName;
  if (existsSync(pathOrName)) return pathOrName;
  const meant = pathOrName.replace(ending, "");
  const alike = names.filter((name) => name === livenessFolder + meant);
  const near = [...alike, ...nearNames(meant, names)].slice(0, 3);
  const remedy =
    near.length === 0 ? "raftbeat simulate --list names them" : `did you mean ${near.join(" or ")}?`;
  throw new RaftbeatError(
    "invalidSettings",
    `${pathOrName}: there is no such file, and no scenario of the package has this name: ${remedy}`,
  );
}

/** Where the scenarios of failure detection lie; their names begin with it. */
const livenessFolder = "liveness/";

function builtInNames(): string[] {
  return ["", livenessFolder].flatMap((folder) =>
    readdirSync(packageFile(`simulations/${folder}`))
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => folder + name.replace(ending, ""))
      .sort(),
  );
}

function pathOf(name: string): string {
  return fileURLToPath(packageFile(`simulations/${name}.yaml`));
}
