import { arrival } from "./arrival.js";
import { campaigning } from "./campaigning.js";
import { identity } from "./identity.js";
import { leading } from "./leading.js";
import { membership } from "./membership.js";
import type { Claim } from "./rule.js";
import { terms } from "./terms.js";
import { transfer } from "./transfer.js";
import { voting } from "./voting.js";

/** Every claim, in the order of the rules. */
export const claims: readonly Claim[] = [
  ...terms,
  ...voting,
  ...campaigning,
  ...leading,
  ...transfer,
  ...membership,
  ...identity,
  ...arrival,
];
