/**
 * The address of a file of the built package, such as `cli/main.js`. It is the same whether this module runs from `src` or from
 * `dist`: worker threads and pages need code that is compiled.
 */
export function builtFile(path: string): URL {
  return new URL(`../dist/${path}`, import.meta.url);
}
