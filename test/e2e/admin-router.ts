/** The front of a DC/OS cluster, as far as its command line needs it: paths lead to its parts. */

import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

export interface Places {
  readonly marathon: string;
  readonly master: string;
  readonly agent: string;
  readonly dns: string;
}

const ROUTES: readonly (readonly [RegExp, keyof Places])[] = [
  [/^\/service\/marathon/, 'marathon'],
  [/^\/mesos(?=\/)/, 'master'],
  [/^\/mesos_dns/, 'dns'],
  [/^\/(?:agent|slave)\/[^/]+/, 'agent'],
];

export class AdminRouter {
  private constructor(private readonly server: Server) {}

  /** It takes tokens of its users and has credentials of its own for Marathon. */
  static async start(places: Places, credentials: string): Promise<AdminRouter> {
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    const server = createServer((incoming, answer) => {
      const url = incoming.url ?? '/';
      const route = ROUTES.find(([prefix]) => prefix.test(url));
      if (route === undefined || incoming.headers.authorization === undefined) {
        answer.writeHead(route === undefined ? 404 : 401).end();
        return;
      }
      const [prefix, place] = route;
      const [host, port] = places[place].split(':');
      // The command line asks for pages by the names that they had in older versions of Mesos.
      const path = url.replace(prefix, '').replace(/\.json(?=$|\?)/, '');
      const headers = { ...incoming.headers, authorization };
      if (place !== 'marathon') delete (headers as { authorization?: string }).authorization;
      const outgoing = request({ host, port, method: incoming.method, path, headers }, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        answer.flushHeaders();
        pipeline(response, answer, () => {});
      });
      pipeline(incoming, outgoing, () => {});
      outgoing.on('error', () => answer.destroy());
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new AdminRouter(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
