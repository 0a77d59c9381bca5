import { once } from "node:events";
import { createServer } from "node:net";
import type { Random } from "../../runtime/ports.js";

/**
 * Below the range from which systems take the ports of outgoing connections (32768 on Linux, 49152 elsewhere): a replica that is
 * down for a moment must find its port free again, and not taken by another that was dialling it.
 */
const lowestPort = 20_000;
const portCount = 10_000;

/** Ports of the loopback interface on which nobody listens just now. Somebody may the next moment. */
export async function freePorts(count: number, random: Random): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count && tries < portCount; tries++) {
    const port = lowestPort + Math.floor(random() * portCount);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
