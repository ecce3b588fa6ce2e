/**
 * A libprocess process: receives messages on an HTTP port, and sends its own from the address that it tells others.
 *
 * Always true: no message is delivered or sent before `open`, since a peer cannot be answered without the address.
 */

import { present } from '../../model/assert';
import type { HttpServer } from '../http/server';
import type { Logger } from '../log';
import type { TlsSettings } from '../tls/settings';
import { advertisedAddress, reachableAddress } from './advertised-address';
import { Links } from './links';
import { type Pid, printPid } from './pid';
import { MessageRouter, type Receiver, routerOptions } from './receive';

/** Flags of the address that others are told. */
export interface AddressFlags {
  readonly ip: string;
  readonly advertise_ip?: string | undefined;
  readonly advertise_port?: number | undefined;
}

export interface LibprocessOptions {
  /** The id of the process, such as `master` or `slave(1)`. */
  readonly id: string;
  readonly address: AddressFlags;
  /** The end of error texts about the address, for processes that have `--advertise_ip`. */
  readonly wayOut?: string;
  readonly log: Logger;
  readonly tls?: TlsSettings | undefined;
  /** Peers authenticate, so `Host` may be any name. */
  readonly authenticated?: boolean;
  /** Number of ids that send from here and share connections. */
  readonly senders?: number;
  /** Called when the connection to a linked pid broke or could not be made. */
  readonly exited: (pid: string) => void;
}

export class Libprocess {
  /** The receiver of messages, for the HTTP server. */
  readonly router: MessageRouter;
  private place: Omit<Pid, 'id'> | undefined;
  private links: Links | undefined;

  /** Throws a StartError when others cannot be told the address. */
  constructor(private readonly options: LibprocessOptions) {
    const { address, wayOut, log, authenticated = false } = options;
    advertisedAddress(address, wayOut);
    this.router = new MessageRouter(log, { ...routerOptions(process.env), authenticated });
  }

  /** Delivers messages to an id of this process, once it is open, until the returned function is called. */
  register(id: string, receiver: Receiver): () => void {
    return this.router.register(id, (message) => {
      if (this.links) receiver(message);
    });
  }

  /**
   * Begins to receive and to send, on the port of a server that listens. Throws a StartError when a name in `--ip` was
   * resolved to IPv6.
   */
  async open(server: Pick<HttpServer, 'address' | 'port'>): Promise<void> {
    const { id, address, wayOut, ...linkOptions } = this.options;
    const { advertise_ip, advertise_port } = address;
    const host = await reachableAddress({ ip: server.address, advertise_ip }, wayOut);
    this.place = { host, port: advertise_port ?? server.port };
    this.links = new Links({ ...linkOptions, from: this.pidOf(id) });
  }

  /** The address that others are told; only after `open`. */
  get address(): Omit<Pid, 'id'> {
    return present(this.place, 'the server does not listen yet');
  }

  /** The pid of an id of this process, `id@host:port`. */
  pid(id: string = this.options.id): string {
    return printPid(this.pidOf(id));
  }

  /** Sends a message; `body` is its protobuf form. */
  send(to: string, name: string, body: Uint8Array, id?: string): void {
    this.links?.send(to, name, body, id === undefined ? undefined : this.pidOf(id));
  }

  /** Keeps a connection to a pid, whose end is reported. */
  link(to: string): void {
    this.links?.link(to);
  }

  stop(): void {
    this.links?.stop();
  }

  private pidOf(id: string): Pid {
    return { id, ...this.address };
  }
}
