/**
 * A master with as much of the HTTP interface as DNS asks for. It can push events, fall silent, redirect and die.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { encodeRecord } from '../../cluster/runtime/streams/recordio';
import { getState } from './v1';

export interface FakeMasterOptions {
  /** The port to listen on again. */
  readonly port?: number;
  /** Answers to SUBSCRIBE; anything but 200 is a refusal. */
  readonly subscribeStatus?: number;
  /** What the stream begins with. */
  readonly snapshot?: object;
  /** The answer of /master/state; none is 404. */
  readonly state?: (port: number) => object;
  /** Where everything is redirected to, as `host:port`. */
  readonly redirectTo?: string;
  readonly leader?: string;
}

export class FakeMaster {
  readonly asked: string[] = [];
  private readonly streams = new Set<ServerResponse>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly options: FakeMasterOptions) {
    this.server = createServer((request, response) => void this.serve(request, response));
    this.server.on('connection', (socket) => this.sockets.add(socket));
  }

  static async start(options: FakeMasterOptions = {}): Promise<FakeMaster> {
    const master = new FakeMaster(options);
    await new Promise<void>((resolve) => master.server.listen(options.port ?? 0, '127.0.0.1', resolve));
    return master;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get place(): { host: string; port: number } {
    return { host: '127.0.0.1', port: this.port };
  }

  push(event: object): void {
    for (const stream of this.streams) stream.write(encodeRecord(JSON.stringify(event)));
  }

  /** Ends all connections and listens no more. */
  async die(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call = request.method === 'POST' ? JSON.parse(Buffer.concat(chunks).toString()).type : request.url;
    this.asked.push(call);
    const { redirectTo, state } = this.options;
    if (redirectTo) response.writeHead(307, { location: `//${redirectTo}${request.url}` }).end();
    else if (call === 'SUBSCRIBE') this.subscribe(response);
    else if (call === 'GET_MASTER') this.json(response, { type: 'GET_MASTER', get_master: this.master() });
    else if (call === '/master/state' && state) this.json(response, state(this.port));
    else response.writeHead(404).end();
  }

  private subscribe(response: ServerResponse): void {
    const status = this.options.subscribeStatus ?? 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    if (status !== 200) {
      response.end('no');
      return;
    }
    this.streams.add(response);
    const get_state = this.options.snapshot ?? getState({});
    const subscribed = { type: 'SUBSCRIBED', subscribed: { get_state, heartbeat_interval_seconds: 15 } };
    response.write(encodeRecord(JSON.stringify(subscribed)));
    response.write(encodeRecord('{"type":"HEARTBEAT"}'));
  }

  private master(): object {
    const [ip, port] = (this.options.leader ?? '10.0.0.1:5050').split(':');
    return {
      master_info: { id: 'm', port: Number(port), address: { ip, port: Number(port), hostname: 'm' } },
    };
  }

  private json(response: ServerResponse, body: object): void {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}
