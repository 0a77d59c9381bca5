/**
 * The address of a file of the built package, such as `cli/main.js`. It is the same whether this module runs from `src` or from
 * `dist`: worker threads and pages need code that is compiled.
 */
export function builtFile(path: string): URL {
  return packageFile(`dist/${path}`);
}

/** The address of a file that the package ships as it stands, such as `simulations/quorum-loss.yaml`. */
export function packageFile(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}
