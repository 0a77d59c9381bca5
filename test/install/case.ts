import type { Folder } from "./folder.js";

/** One way to use the package, tried from the packed tarball in an empty folder. */
export interface InstallCase {
  /** What the filter and the page call it. */
  readonly name: string;
  /** With the version, which is pinned. */
  readonly what: string;
  readonly answer: "works" | "works with a recipe" | "does not work";
  /** What is installed and run, in one line; the page shows it. */
  readonly command: string;
  /** Part of what continuous integration runs. */
  readonly quick: boolean;
  /** @throws Error with what was printed, where it is not as `answer` says */
  run(folder: Folder): Promise<void>;
}
