import { handovers } from "./handovers.js";
import { leases } from "./leases.js";
import { membership } from "./membership.js";
import type { Mutant } from "./mutant.js";
import { named } from "./named.js";
import { strangers } from "./strangers.js";
import { voting } from "./voting.js";

/** Every planted bug. */
export const mutants: readonly Mutant[] = [
  ...named,
  ...voting,
  ...leases,
  ...handovers,
  ...membership,
  ...strangers,
];
