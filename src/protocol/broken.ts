/**
 * Throws: something the core relies on does not hold, so nothing that it would do from here on can be trusted. The driver ends the node, and
 * tells a loss first if the node leads.
 */
export function broken(sentence: string): never {
  throw new Error(`this cannot be: ${sentence}`);
}
