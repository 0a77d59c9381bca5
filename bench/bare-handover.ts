import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../dist/cli/free-ports.js";
import type { BareSettings } from "./bare-handover-node.js";
import { type Child, startChild } from "./child.js";

/** How long handovers among so many processes take without an election library: the least that these messages and writes cost here. */
export async function bareHandovers(
  nodeCount: number,
  handoverCount: number,
  pace: Pick<BareSettings, "heartbeatIntervalMs" | "reportAfterMs">,
): Promise<number[]> {
  const directory = mkdtempSync(join(tmpdir(), "raftbeat-bench-"));
  const ports = await freePorts(nodeCount, Math.random);
  const children = ports.map((_, place) => {
    const settings: BareSettings = { place, ports, directory, ...pace };
    return startChild("./bare-handover-node.js", [JSON.stringify(settings)]);
  });
  try {
    for (const child of children) await child.next("ready");
    for (const child of children) child.send({ kind: "link" });
    for (const child of children) await child.next("linked");
    const handoverMs: number[] = [];
    let leader = 0;
    for (let count = 1; count <= handoverCount; count++) {
      const heir = (leader + 1 + (count % (nodeCount - 1))) % nodeCount;
      await new Promise((resolve) => setTimeout(resolve, 120 + Math.random() * pace.heartbeatIntervalMs));
      const [from, to] = [children[leader] as Child, children[heir] as Child];
      from.send({ kind: "handOver", to: heir });
      const lost = await from.next<At>("lost");
      const gained = await to.next<At>("gained");
      handoverMs.push(Number(BigInt(gained.atNs) - BigInt(lost.atNs)) / 1e6);
      leader = heir;
    }
    return handoverMs;
  } finally {
    await Promise.all(children.map((child) => child.end()));
    rmSync(directory, { recursive: true, force: true });
  }
}

interface At {
  readonly kind: "lost" | "gained";
  /** Nanoseconds of the machine-wide monotonic clock. */
  readonly atNs: string;
}
