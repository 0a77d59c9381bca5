import { FailurePage, withSentence } from "./failure-page.js";
import { ServiceCluster } from "./service-cluster.js";
import type { ServiceClusterOptions } from "./service-options.js";

/** What a test of a service is made of. */
export interface ServiceTestOptions extends ServiceClusterOptions {
  /**
   * The name of the test, for the page of a failure.
   * @defaultValue `a service under test`
   */
  readonly name?: string | undefined;
  /**
   * The folder for pages of failures, which keeps the newest 20; null: no pages.
   * @defaultValue `raftbeat-failures` among the temporary files of the system
   */
  readonly pages?: string | null | undefined;
}

/**
 * Runs a test on a simulated cluster of your service. Where it fails, the run is drawn into a page, and the message says where.
 * @returns what `test` returns
 * @throws what `test` throws, and as `ServiceCluster.advance` where the service fails after the last wait of `test`
 * @example
 * test("another replica takes over", () =>
 *   testService({ service: ({ elector }) => void elector.whileLeader((lead) => work(lead.term)) }, async (cluster) => {
 *     await cluster.until(() => cluster.leader() !== null);
 *     cluster.isolate(cluster.leader()?.id ?? "n1");
 *     await cluster.until(() => cluster.leader() === null);
 *     await cluster.until(() => cluster.leader() !== null);
 *   }));
 */
export async function testService<T>(
  options: ServiceTestOptions,
  test: (cluster: ServiceCluster) => Promise<T>,
): Promise<T> {
  const { name = "a service under test", pages } = options;
  const cluster = new ServiceCluster(options);
  const page = pages === null ? null : new FailurePage(cluster);
  try {
    const result = await test(cluster);
    await cluster.advance(0);
    return result;
  } catch (error) {
    throw page === null ? error : withSentence(error, page.write(name, error, pages ?? undefined));
  }
}
