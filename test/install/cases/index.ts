import type { InstallCase } from "../case.js";
import { bundlers } from "./bundlers.js";
import { compilers } from "./compilers.js";
import { frameworks } from "./frameworks.js";
import { managers } from "./managers.js";
import { runners } from "./runners.js";
import { runtimes } from "./runtimes.js";

/** Every case, in the order of the page. */
export const installCases: readonly InstallCase[] = [
  ...managers,
  ...runtimes,
  ...runners,
  ...frameworks,
  ...bundlers,
  ...compilers,
];
