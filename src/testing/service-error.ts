import type { NodeId } from "../protocol/index.js";

/** A failure of the service under test: what it threw, a promise it left rejected, or its use of real time. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  /** The replica on which it happened. */
  readonly replica: NodeId;
  /** Milliseconds of simulated time. */
  readonly atMs: number;

  constructor(replica: NodeId, atMs: number, what: string, options?: { readonly cause: unknown }) {
    super(`${replica} at ${atMs.toFixed(3)} ms: ${what}`, options);
    this.replica = replica;
    this.atMs = atMs;
  }
}
