import type { InstallCase } from "../case.js";
import { assertElected, electAsModule, printIt } from "../elect.js";

/** Package managers. */
export const managers: readonly InstallCase[] = [
  {
    name: "npm",
    what: "npm, the one of Node.js",
    answer: "works",
    command: "npm install raftbeat",
    quick: true,
    run(folder) {
      folder.install();
      folder.write("elect.mjs", electAsModule + printIt);
      assertElected(folder.run("node", ["elect.mjs"]));
    },
  },
];
