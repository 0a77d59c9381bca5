/**
 * Builds the API reference of every public sub-path into `docs/api`: `npm run docs`. Ends with 1 where anything is amiss, such as a public
 * type that mentions one which is not exported.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Application, OptionDefaults } from "typedoc";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { name, version, exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

/** The source of each sub-path that has types. */
const entryPoints = Object.values(exports)
  .filter((target) => typeof target === "object" && "types" in target)
  .map(({ types }) => types.replace("./dist/", `${root}src/`).replace(/\.d\.ts$/, ".ts"));

const app = await Application.bootstrap({
  name: `${name} ${version}`,
  tsconfig: fileURLToPath(new URL("tsconfig.json", import.meta.url)),
  entryPoints,
  readme: "none",
  out: `${root}docs/api`,
  disableSources: true,
  // Types are checked by the TypeScript of the project; this one infers a little less.
  skipErrorChecking: true,
  githubPages: false,
  excludePrivate: true,
  // For the compiler, not for readers.
  blockTags: [...OptionDefaults.blockTags, "@ts-ignore"],
  excludeTags: [...OptionDefaults.excludeTags, "@ts-ignore"],
  requiredToBeDocumented: ["Function", "Class", "Interface", "TypeAlias", "Variable"],
  // Lists and schemas whose types are public, by themselves internal.
  intentionallyNotExported: [
    "dropReasons",
    "messageKinds",
    "refusals",
    "expectation",
    "faultSchema",
    "ClusterProfileName",
    "scenarioSchema",
    "pairFault",
    "pairScenarioSchema",
    "backendsFault",
    "backendsScenarioSchema",
    "WithoutTime",
    "closeCodes",
  ],
  validation: { notExported: true, invalidLink: true, notDocumented: true, rewrittenLink: true },
});
const project = await app.convert();
if (project !== undefined) {
  app.validate(project);
  await app.generateOutputs(project);
}
process.exitCode = project === undefined || app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0;
