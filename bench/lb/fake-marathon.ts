/**
 * A Marathon that says what a test wants: apps, and events to whoever listens.
 */

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeSse } from '../../cluster/runtime/streams/sse';

export class FakeMarathon {
  private readonly server: Server;
  private readonly listeners = new Set<ServerResponse>();
  apps: unknown[] = [];
  /** How often the apps were read. */
  reads = 0;
  /** Whether the event stream is offered. */
  streams = true;
  /** How long an answer takes. */
  delayMs = 0;
  authorization: string | undefined;

  constructor() {
    this.server = createServer((request, response) => {
      this.authorization = request.headers.authorization;
      if (request.url?.startsWith('/v2/events')) return this.stream(response);
      this.reads++;
      const name = /^\/v2\/apps\/([^?]+)/.exec(request.url ?? '')?.[1];
      const wanted = this.apps.find((app) => (app as { id?: string }).id === `/${name}`);
      if (name !== undefined && wanted === undefined) {
        response.writeHead(404).end();
        return;
      }
      const body = JSON.stringify(name === undefined ? { apps: this.apps } : { app: wanted });
      setTimeout(() => response.setHeader('content-type', 'application/json').end(body), this.delayMs);
    });
  }

  private stream(response: ServerResponse): void {
    if (!this.streams) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(encodeSse('event_stream_attached', '{}'));
    this.listeners.add(response);
    response.on('close', () => this.listeners.delete(response));
  }

  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get listening(): number {
    return this.listeners.size;
  }

  /** Cuts the event streams that are open. */
  cut(): void {
    for (const listener of this.listeners) listener.destroy();
  }

  /** Sends one event to all listeners. */
  publish(event = 'status_update_event', more: Record<string, unknown> = {}): void {
    for (const listener of this.listeners)
      listener.write(encodeSse(event, JSON.stringify({ eventType: event, ...more })));
  }

  /** Says that one app is now this. */
  changeOne(app: Record<string, unknown>): void {
    this.apps = this.apps.map((other) => ((other as { id?: string }).id === app['id'] ? app : other));
    this.publish('status_update_event', { appId: app['id'] });
  }

  /** Says so, and that apps are now these. */
  change(apps: unknown[]): void {
    this.apps = apps;
    this.publish();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
