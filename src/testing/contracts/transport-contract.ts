import type { ContractCase } from "./contract-case.js";
import { linkCases } from "./transport-links.js";
import { messageCases } from "./transport-messages.js";
import type { TransportHarness } from "./transport-network.js";

/**
 * What every `Transport` must do, by any means that carries messages.
 *
 * @example
 * const transport = myTransport();
 * const harness: TransportHarness = {
 *   make: transport,
 *   member: ({ identity }) => ({ id: identity.id, address: "ws://mine", incarnation: null }),
 *   endings: { closed: null, reset: null, refused: null, silent: null, replaced: null },
 * };
 * for (const { name, run } of transportContract) test(name, () => run(harness));
 */
export const transportContract: readonly ContractCase<TransportHarness>[] = [...messageCases, ...linkCases];
