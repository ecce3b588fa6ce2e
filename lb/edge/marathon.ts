/**
 * A client of Marathon that tries several addresses in order, the last one that answered first.
 */

import type { HttpAnswer, HttpClient, HttpRequest, HttpStream } from '../../cluster/runtime/http/client';
import { splitUserinfo } from '../../cluster/runtime/http/userinfo';

/** The methods of an HTTP client that are needed here. */
export type Client = Pick<HttpClient, 'request' | 'stream'>;
/** Makes the Authorization header; undefined for none. */
export type Authorize = () => Promise<string | undefined>;

const APPS_PATH = '/v2/apps?embed=apps.tasks';
const READ_LIMIT_MS = 46_000;
const STREAM_LIMIT_MS = 10_000;

/** Events after which apps are read again. */
export const EVENT_TYPES: readonly string[] = [
  'api_post_event',
  'health_status_changed_event',
  'status_update_event',
  'app_terminated_event',
  'deployment_success',
  'instance_changed_event',
  'instance_health_changed_event',
];
const EVENTS_PATH = `/v2/events?plan-format=light&${EVENT_TYPES.map((type) => `event_type=${type}`).join('&')}`;

/** One Marathon with its authorization. */
interface Target {
  readonly url: string;
  readonly authorize: Authorize;
}

export class Marathon {
  private order: readonly Target[];

  /** Credentials in a URL are used for that Marathon, `authorize` for the others. */
  constructor(
    private readonly client: Client,
    urls: readonly string[],
    authorize: Authorize,
  ) {
    this.order = urls.map((text) => {
      const { url, credentials } = splitUserinfo(text.replace(/\/+$/, ''));
      return { url, authorize: credentials === undefined ? authorize : basicOf(credentials) };
    });
  }

  /** Reads all apps and their tasks as JSON. */
  apps(signal: AbortSignal): Promise<unknown> {
    return this.tryEach((target) => this.readJson(target, APPS_PATH, signal));
  }

  /** Reads one app and its tasks as JSON; undefined when Marathon does not know it. */
  app(id: string, signal: AbortSignal): Promise<unknown> {
    return this.tryEach((target) => this.readJson(target, `/v2/apps/${id.replace(/^\/+/, '')}`, signal, 404));
  }

  /** Opens the event stream. */
  events(signal: AbortSignal): Promise<HttpStream> {
    return this.tryEach(async (target) => {
      const request = { url: target.url + EVENTS_PATH, signal, timeoutMs: STREAM_LIMIT_MS };
      const send = (sent: HttpRequest): Promise<HttpStream> => this.client.stream(sent);
      const stream = await this.followed(send, target, request, {
        accept: 'text/event-stream',
        drop: (answer) => answer.close(),
      });
      if (stream.status === 200) return stream;
      stream.close();
      throw new Error(`status ${stream.status} for the event stream`);
    });
  }

  private async readJson(target: Target, path: string, signal: AbortSignal, none?: number): Promise<unknown> {
    const request = { url: target.url + path, signal, timeoutMs: READ_LIMIT_MS };
    const send = (sent: HttpRequest): Promise<HttpAnswer> => this.client.request(sent);
    const answer = await this.followed(send, target, request, { accept: 'application/json' });
    if (answer.status === none) return undefined;
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    return JSON.parse(answer.body.toString()) as unknown;
  }

  /** Sends a request with credentials, and again to the target of a redirect. */
  private async followed<T extends Pick<HttpAnswer, 'status' | 'headers'>>(
    send: (request: HttpRequest) => Promise<T>,
    { authorize }: Target,
    request: HttpRequest,
    { accept, drop = () => undefined }: { accept: string; drop?: (answer: T) => void },
  ): Promise<T> {
    const authorization = await authorize();
    const headers = { accept, ...(authorization === undefined ? {} : { authorization }) };
    const answer = await send({ ...request, headers });
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.status) || typeof location !== 'string') return answer;
    drop(answer);
    const target = new URL(location, request.url);
    // As in the original credentials are sent along, but never from HTTPS to HTTP.
    if (target.protocol !== 'https:' && request.url.startsWith('https:'))
      throw new Error(`the redirect to ${target.origin} is not followed: it leaves HTTPS`);
    return await send({ ...request, headers, url: target.href });
  }

  private async tryEach<T>(attempt: (target: Target) => Promise<T>): Promise<T> {
    const failures: string[] = [];
    for (const target of this.order) {
      try {
        const result = await attempt(target);
        this.order = [target, ...this.order.filter((other) => other !== target)];
        return result;
      } catch (error) {
        failures.push(`${target.url}: ${describe(error)}`);
      }
    }
    throw new Error(`Marathon does not answer: ${failures.join('; ')}`);
  }
}

function describe(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || 'no connection';
}

function basicOf(credentials: string): Authorize {
  const header = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return () => Promise.resolve(header);
}
