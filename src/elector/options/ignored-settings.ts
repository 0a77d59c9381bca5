import { type Configuration, type Member, memberOf, membersOf } from "../../protocol/index.js";
import type { ElectorOptions } from "../api.js";
import { joins } from "./options.js";

/** What is said of settings that do not count, or that go before what the cluster has agreed on. */

/** What a node's settings say in vain, its record being what counts: a sentence each. */
export function ignoredSettings(
  configuration: Configuration,
  { id, voters, join }: Pick<ElectorOptions, "id" | "voters" | "join">,
): string[] {
  const members = membersOf(configuration);
  if (joins({ join: join ?? false }) || members.length === 0) return [];
  const stored = members.map((member) => member.id);
  const given = Object.keys(voters).sort();
  const sentences: string[] = [];
  if ([...stored].sort().join() !== given.join())
    sentences.push(
      `voters (${given.join(", ")}) differ from the members on record (${stored.join(", ")}), which count: members change by reconfigure alone`,
    );
  const self = memberOf(configuration, id);
  const own = voters[id];
  if (self !== undefined && own !== undefined && own !== self.address)
    sentences.push(
      `voters.${id} (${own}) says where this node is, and the others look for it at ${self.address}: have the leader reconfigure({ address: { id: "${id}", address: "${own}" } }), or change it in their settings`,
    );
  return sentences;
}

/** That this node reaches a member at the address in its own settings. */
export function overruledAddress(member: Member, address: string): string {
  return `voters.${member.id} (${address}) differs from the address that the cluster has agreed on (${member.address}): this node uses its own setting; change it if it is out of date`;
}
