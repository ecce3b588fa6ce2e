/**
 * A master as schedulers see it over real HTTP: a RecordIO stream, calls on other connections, in protobuf or JSON.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as mesos from '../../cluster/api/generated/mesos';
import type * as scheduler from '../../cluster/api/generated/scheduler';
import { decodeBody, encodeBody, type MediaType, readContentType } from '../../cluster/api/media-type';
import { encodeRecord } from '../../cluster/runtime/streams/recordio';
import { numberedUuid } from '../cluster/numbered-uuid';

export class FakeMaster {
  readonly calls: scheduler.Call[] = [];
  readonly problems: string[] = [];
  readonly subscriptions: scheduler.Call[] = [];
  url = '';
  /** Answers SUBSCRIBE with a redirect to this master. */
  redirectTo: string | undefined;
  /** Calls of these types are refused. */
  refuse = new Set<string>();
  refuseSubscribe: number | undefined;
  mediaType: MediaType | undefined;
  frameworkId = 'F-0001';
  onCall: (call: scheduler.Call) => void = () => undefined;
  private stream: ServerResponse | undefined;
  private streams = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Breaks the current stream. */
  hangUp(): void {
    this.stream?.destroy();
    this.stream = undefined;
  }

  get isSubscribed(): boolean {
    return this.stream !== undefined;
  }

  send(event: scheduler.Event): void {
    this.stream?.write(
      encodeRecord(encodeBody('mesos.v1.scheduler.Event', this.mediaType ?? 'application/json', event)),
    );
  }

  offer(id: string, more: Partial<mesos.Offer> = {}): void {
    const allocation_info = { role: '*' };
    const offer: mesos.Offer = {
      id: { value: id },
      framework_id: { value: this.frameworkId },
      agent_id: { value: 'S1' },
      hostname: '127.0.0.1',
      resources: [
        { name: 'cpus', type: 'SCALAR', scalar: { value: 4 }, role: '*', allocation_info },
        { name: 'mem', type: 'SCALAR', scalar: { value: 4096 }, role: '*', allocation_info },
        {
          name: 'ports',
          type: 'RANGES',
          ranges: { range: [{ begin: 31_000, end: 31_100 }] },
          role: '*',
          allocation_info,
        },
      ],
      allocation_info,
      ...more,
    };
    this.send({ type: 'OFFERS', offers: { offers: [offer] } });
  }

  update(taskId: string, state: mesos.TaskState, more: Partial<mesos.TaskStatus> = {}): void {
    const uuid = numberedUuid(7);
    const status = { task_id: { value: taskId }, agent_id: { value: 'S1' }, state, uuid, ...more };
    this.send({ type: 'UPDATE', update: { status } });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const mediaType = readContentType(request.headers['content-type'] ?? '') ?? 'application/json';
    const call = decodeBody('mesos.v1.scheduler.Call', mediaType, Buffer.concat(chunks));
    if (request.url !== '/api/v1/scheduler' || request.method !== 'POST')
      this.problems.push(request.url ?? '');
    if (call.type === 'SUBSCRIBE') return this.subscribe(call, mediaType, response);
    if (request.headers['mesos-stream-id'] !== `stream-${this.streams}`)
      this.problems.push('wrong stream id');
    if (call.framework_id?.value !== this.frameworkId) this.problems.push('wrong framework id');
    this.calls.push(call);
    response.statusCode = this.refuse.has(call.type ?? '') ? 400 : 202;
    response.end(response.statusCode === 400 ? 'no' : undefined);
    this.onCall(call);
  }

  private subscribe(call: scheduler.Call, mediaType: MediaType, response: ServerResponse): void {
    this.subscriptions.push(call);
    if (this.redirectTo !== undefined) {
      response.writeHead(307, { location: `${this.redirectTo.replace('http:', '')}/api/v1/scheduler` }).end();
      return;
    }
    if (this.refuseSubscribe !== undefined) {
      response.writeHead(this.refuseSubscribe).end('go away');
      return;
    }
    this.mediaType = mediaType;
    this.streams++;
    this.stream = response;
    response.writeHead(200, { 'content-type': mediaType, 'mesos-stream-id': `stream-${this.streams}` });
    const frameworkId = call.subscribe?.framework_info.id?.value;
    if (frameworkId !== undefined) this.frameworkId = frameworkId;
    const subscribed = { framework_id: { value: this.frameworkId }, heartbeat_interval_seconds: 15 };
    this.send({ type: 'SUBSCRIBED', subscribed });
    this.send({ type: 'HEARTBEAT' });
  }
}

/** Waits for the world to reach a state, by asking; gives up with what it waited for. */
export async function until<T>(
  what: string,
  check: () => T | undefined | false,
  limitMs = 60_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const result = check();
    if (result) return result;
    if (Date.now() > end) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
