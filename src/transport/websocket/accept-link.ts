import { Link, type LinkOwner } from "../link/link.js";
import type { LinkContext } from "../link/link-context.js";
import { certificateProblem, isMutual } from "../security/certificate.js";
import type { Accepted } from "./listener.js";

/** Makes a link of a WebSocket that another node has opened. `owner` decides about the link, and hears of it once it is up. */
export function acceptLink(
  { socket, stream, remote, tls, onUp }: Accepted,
  context: LinkContext,
  owner: LinkOwner,
): Link {
  const { cluster } = context.credentials.identity;
  const distrusts = (id: string) => certificateProblem(stream, { cluster, id }, tls, "accepted");
  return new Link({ socket, remote, expected: null, distrusts, isMutual: isMutual(tls) }, context, {
    ...owner,
    onUp: (link) => {
      onUp();
      owner.onUp(link);
    },
  });
}
