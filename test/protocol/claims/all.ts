import type { Claim } from "./claim.js";
import { terms } from "./terms.js";

/** Every claim, in the order of the rules. */
export const claims: readonly Claim[] = [...terms];
