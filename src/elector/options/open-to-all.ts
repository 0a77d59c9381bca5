import type { ElectorOptions } from "../api.js";

/** A host that only this machine reaches. */
const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** That every process which reaches a node may vote as a member: a sentence, or none where that is kept out or nobody else can reach it. */
export function openToAll({ voters, token, tls, transport }: ElectorOptions): string[] {
  const others = Object.entries(voters).filter(([, address]) => !loopback.test(new URL(address).hostname));
  const [first] = others;
  if (first === undefined || [token, tls, transport].some((one) => one !== undefined)) return [];
  return [
    `neither token nor tls is given, and voters.${first[0]} (${first[1]}) is not on this machine: every process that reaches the port can vote as a member. Give all members the same token`,
  ];
}
