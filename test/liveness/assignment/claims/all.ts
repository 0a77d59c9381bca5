import type { Claim } from "./claim.js";
import { leading } from "./leading.js";
import { owning } from "./owning.js";
import { silence } from "./silence.js";
import { working } from "./working.js";

/** What every rule promises. */
export const claims: readonly Claim[] = [...leading, ...owning, ...silence, ...working];
