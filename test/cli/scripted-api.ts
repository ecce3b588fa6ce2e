/**
 * An API whose answers a test writes down: by method and path, as values or as a status with a body. Without paths it is
 * one of Marathon.
 */

import type { HttpServer } from '../../cluster/runtime/http/server';
import { encodeSse } from '../../cluster/runtime/streams/sse';
import { startTestServer } from '../cluster/runtime/http/test-server';

export interface Scripted {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class ScriptedApi {
  /** By `GET /v2/apps`, without the query. */
  readonly answers = new Map<string, unknown>();
  /** Every request, with its query and body. */
  readonly asked: string[] = [];
  /** The events of Marathon's stream, which ends after them. */
  readonly events: { readonly eventType: string; readonly id: string; readonly reason?: string }[] = [];
  private server: HttpServer | undefined;

  constructor(private readonly paths = ['/v2/apps', '/v2/apps/*', '/v2/queue', '/v2/deployments']) {}

  async start(): Promise<string> {
    const handle = (method: string) => (request: { originalUrl: string; body: unknown }, reply: Reply) => {
      const [path = ''] = request.originalUrl.split('?');
      this.asked.push(`${method} ${request.originalUrl} ${String(request.body ?? '')}`.trim());
      const answer = this.answers.get(`${method} ${path}`);
      if (answer === undefined) return send(reply, 404, { message: `App '${path}' does not exist` });
      return isScripted(answer)
        ? send(reply, answer.status, answer.body, answer.headers)
        : send(reply, 200, answer);
    };
    const methods = Object.fromEntries(['GET', 'PUT', 'POST', 'DELETE'].map((name) => [name, handle(name)]));
    this.server = await startTestServer({
      routes: [
        ...this.paths.map((path) => ({ path, methods: methods as never })),
        { path: '/v2/events', methods: { GET: (_request, reply) => this.sendEvents(reply) } },
      ],
    });
    return this.server.url;
  }

  private sendEvents(reply: Reply): unknown {
    const frames = this.events.map((event) => encodeSse(event.eventType, JSON.stringify(event)));
    return reply.code(200).type('text/event-stream').send(frames.join(''));
  }

  async stop(): Promise<void> {
    await this.server?.close();
  }
}

interface Reply {
  code(status: number): Reply;
  headers(headers: Readonly<Record<string, string>>): Reply;
  type(type: string): Reply;
  send(body: string): unknown;
}

function send(
  reply: Reply,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): unknown {
  return reply.code(status).headers(headers).type('application/json').send(JSON.stringify(body));
}

function isScripted(answer: unknown): answer is Scripted {
  return typeof answer === 'object' && answer !== null && 'status' in answer && 'body' in answer;
}

/** An app as Marathon shows it. */
export function appView(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    cmd: 'run',
    instances: 1,
    cpus: 0.1,
    mem: 32,
    labels: {},
    version: 'v1',
    tasksRunning: 1,
    tasksHealthy: 0,
    tasksStaged: 0,
    tasksUnhealthy: 0,
    deployments: [],
    portDefinitions: [{ port: 10_000 }],
    tasks: [],
    ...more,
  };
}
