import type { Stream } from "../kernel/prng.js";
import type { Timeline } from "../kernel/timeline.js";
import { Link, type LinkDefaults } from "./link.js";
import { type LinkRule, LinkRules } from "./link-rules.js";
import type { SimulatedHost } from "./simulated-host.js";
import { StreamConnection, StreamLink } from "./stream-link.js";

/** What a network is made of. */
export interface NetworkOptions {
  readonly timeline: Timeline;
  /** The stream of chance of each purpose, by its name. */
  readonly streamOf: (purpose: string) => Stream;
  readonly transport: "datagram" | "stream";
  readonly link: LinkDefaults;
  /** What differs for one direction. */
  readonly linkOf?: ((from: string, to: string) => LinkDefaults | undefined) | undefined;
  /** Is told that other rules are in force. */
  readonly onRules: () => void;
}

/** The links between all hosts, and the rules that say what they carry. */
export class Network<Carried> {
  private readonly hosts: readonly SimulatedHost<Carried>[];
  private readonly options: NetworkOptions;
  private readonly rules: LinkRules;

  constructor(hosts: readonly SimulatedHost<Carried>[], options: NetworkOptions) {
    this.hosts = hosts;
    this.options = options;
    this.rules = new LinkRules(() => this.apply());
    for (const from of hosts)
      for (const to of hosts) from.links.push(from === to ? null : this.makeLink(from, to));
    this.apply();
  }

  /** Puts a rule for links in force; returns its removal. */
  install(rule: LinkRule): () => void {
    return this.rules.install(rule);
  }

  /** The link from one host to another. */
  link(from: SimulatedHost<Carried>, to: SimulatedHost<Carried>): Link<Carried> {
    return from.links[to.index] as Link<Carried>;
  }

  /** All processes have started: their connections are up. */
  onBooted(): void {
    for (const { links } of this.hosts) for (const link of links) link?.onConnected();
  }

  /** A process has died. @param silently its machine died with it, so that peers on a stream see silence and no close */
  onDied(host: SimulatedHost<Carried>, silently: boolean): void {
    for (const peer of this.hosts) if (peer !== host) this.link(host, peer).onEndDied(silently);
  }

  /** A process has started again. */
  onStarted(host: SimulatedHost<Carried>): void {
    for (const peer of this.hosts) if (peer !== host) this.link(host, peer).onEndStarted();
  }

  private apply(): void {
    for (const { links } of this.hosts)
      for (const link of links) link?.apply(this.rules.verdict(link.from.index, link.to.index));
    this.options.onRules();
  }

  private makeLink(from: SimulatedHost<Carried>, to: SimulatedHost<Carried>): Link<Carried> {
    const { timeline, streamOf, transport, link, linkOf } = this.options;
    const defaults = linkOf?.(from.id, to.id) ?? link;
    if (transport === "datagram") return new Link(timeline, from, to, defaults, streamOf);
    const back = to.links[from.index];
    const connection =
      back instanceof StreamLink
        ? (back.connection as StreamConnection<Carried>)
        : new StreamConnection<Carried>(timeline);
    return new StreamLink(connection, timeline, from, to, defaults, streamOf);
  }
}
