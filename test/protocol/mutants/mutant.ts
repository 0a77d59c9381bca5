import type { Edit } from "../../support/planted-build.js";

/** A bug that somebody might make, and what catches it. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** The beginnings of the claims in `claims/` that fail. */
  readonly claims: readonly string[];
  /** The story in `stories.ts` in which it does harm, and by which promise that is seen. */
  readonly story?: readonly [title: string, by: string];
  /** A profile of random worlds in which it is caught, within how many, and by which promise. */
  readonly chaos?: readonly [profile: string, worlds: number, by: string];
}
