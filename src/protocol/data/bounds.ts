/** What names, addresses and metadata may be. Settings and the wire are held to the same. */

/** Longest id of a node, a cluster or an incarnation, in characters. */
export const longestIdChars = 64;

/** Longest address of a member, in characters. */
export const longestAddressChars = 512;

/** Longest metadata of a leader, in bytes of UTF-8. */
export const longestMetadataBytes = 1024;

/** Most members a configuration may have, voters and observers together. */
export const maxMemberCount = 64;

/** Highest term, version, seq or round that is believed: so far below 2^53 that what follows from it is exact. */
export const highestCount = Number.MAX_SAFE_INTEGER - 2 ** 20;

/**
 * Names that every object of JavaScript has. A map whose keys are ids would answer for them unasked, and libraries drop them without a
 * word. A list of its own, because all nodes must agree on it whatever their version of Node is.
 */
const namesOfObjects: ReadonlySet<string> = new Set([
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "prototype",
  "toLocaleString",
  "toString",
  "valueOf",
]);

/** What `isId` asks for, in words. */
export const idRule = `1 to ${longestIdChars} characters of A-Z a-z 0-9 . _ -, the first no dot, and no name that every JavaScript object has, such as constructor`;

/** True for what may name a node, a cluster or an incarnation: see `idRule`. Safe in paths, certificates, logs and as a key. */
export function isId(text: string): boolean {
  return /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/.test(text) && !namesOfObjects.has(text);
}

/** What `isClusterId` asks for, in words. */
export const clusterIdRule = "1 to 11 characters of 0-9 a-z, as a member's status tells it";

/** True for the id of a cluster: a hash of its founders, in base 36. */
export function isClusterId(text: string): boolean {
  return /^[0-9a-z]{1,11}$/.test(text);
}

/** What `isAddress` asks for, in words. */
export const addressRule = `ws:// or wss://, a host, and perhaps a port and a path, of at most ${longestAddressChars} characters`;

/** True for the address of a member: see `addressRule`. It holds no credentials, so it may be logged. */
export function isAddress(text: string): boolean {
  if (text.length > longestAddressChars) return false;
  const match =
    /^wss?:\/\/(?:[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?(?:\/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?$/.exec(
      text,
    );
  if (match === null) return false;
  const port = match[1];
  // Some hosts look like addresses of IPv4 or IPv6 and are none, such as 256.1.1.1 and [::1.]; who asks for their parts would fail.
  return (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535)) && URL.canParse(text);
}

/** True for a metadata that is not too long. */
export function isMetadata(text: string): boolean {
  if (text.length > longestMetadataBytes) return false;
  return (
    text.length * 3 <= longestMetadataBytes || new TextEncoder().encode(text).length <= longestMetadataBytes
  );
}
