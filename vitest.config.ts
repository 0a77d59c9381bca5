import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const endings = /\.(?:slow|long)\.test\.ts$/;

/** Slow tests, the longest first: begun last, one would keep a core waiting. Where a name is outdated only time is lost. */
const longest: readonly string[] = [
  "kill",
  "page",
  "fuzz",
  "advise",
  "mutants",
  "scenarios",
  "operating",
  "chaos",
  "studies-readme",
  "study-loopback",
  "examples",
  "signals",
  "demo",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      if (!endings.test(moduleId)) return longest.length + 1;
      const index = longest.indexOf(basename(moduleId).replace(endings, ""));
      return index < 0 ? longest.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** What holds for each project. Not `extends: true`: each project would build the package again. */
const inEach = {
  testTimeout: 30_000,
  hookTimeout: 30_000,
  pool: "forks",
  // Starting and filling a process for each file took a fifth of the whole time.
  isolate: false,
  // Tests that run side by side in a file are whole processes, and share the cores with the other file.
  maxConcurrency: 3,
} as const;

export default defineConfig({
  test: {
    // `npm run test:fast` runs the first alone: files that take less than about 1.5 s each. `npm test` runs the first two, in under three
    // minutes on two quiet cores; `npm run test:long` runs the third, and continuous integration all of them.
    projects: [
      { test: { ...inEach, name: "fast", include: ["test/**/!(*.slow|*.long).test.ts"] } },
      { test: { ...inEach, name: "slow", include: ["test/**/*.slow.test.ts"] } },
      { test: { ...inEach, name: "long", include: ["test/**/*.long.test.ts"] } },
    ],
    globalSetup: ["test/support/build.ts"],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
