import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest, the longest first: begun last, one would keep a core waiting. Where a name is outdated only time is lost. */
const longest: readonly string[] = ["kill", "fuzz", "page", "demo", "mutants", "operating", "advise"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      (longest.indexOf(basename(moduleId, ".test.ts")) + longest.length + 1) % (longest.length + 1);
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: "forks",
    maxWorkers: 2,
    // Starting and filling a process for each file took a fifth of the whole time.
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
});
