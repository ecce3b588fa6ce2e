/**
 * Talking to Marathon: several addresses tried in order, the one that answered last first.
 */

import type { HttpClient, HttpStream } from '../../cluster/runtime/http/client';
import type { Credentials } from '../../cluster/runtime/http/guard';

const APPS_PATH = '/v2/apps?embed=apps.tasks';
const READ_LIMIT_MS = 46_000;
const STREAM_LIMIT_MS = 10_000;

/** Events after which the apps are read again. */
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

export class Marathon {
  private order: readonly string[];

  constructor(
    private readonly client: HttpClient,
    urls: readonly string[],
    private readonly credentials: Credentials | undefined,
  ) {
    this.order = urls.map((url) => url.replace(/\/+$/, ''));
  }

  /** The apps and their tasks, as JSON. */
  apps(signal: AbortSignal): Promise<unknown> {
    return this.tryEach(async (url) => {
      const headers = { ...this.headers(), accept: 'application/json' };
      const answer = await this.client.request({
        url: url + APPS_PATH,
        headers,
        signal,
        timeoutMs: READ_LIMIT_MS,
      });
      if (answer.status !== 200) throw new Error(`status ${answer.status}`);
      return JSON.parse(answer.body.toString()) as unknown;
    });
  }

  /** The event stream, open. */
  events(signal: AbortSignal): Promise<HttpStream> {
    return this.tryEach(async (url) => {
      const headers = { ...this.headers(), accept: 'text/event-stream' };
      const stream = await this.client.stream({
        url: url + EVENTS_PATH,
        headers,
        signal,
        timeoutMs: STREAM_LIMIT_MS,
      });
      if (stream.status === 200) return stream;
      stream.close();
      throw new Error(`status ${stream.status} for the event stream`);
    });
  }

  private async tryEach<T>(attempt: (url: string) => Promise<T>): Promise<T> {
    const failures: string[] = [];
    for (const url of this.order) {
      try {
        const result = await attempt(url);
        this.order = [url, ...this.order.filter((other) => other !== url)];
        return result;
      } catch (error) {
        failures.push(`${withoutPassword(url)}: ${describe(error)}`);
      }
    }
    throw new Error(`Marathon does not answer: ${failures.join('; ')}`);
  }

  private headers(): Record<string, string> {
    if (!this.credentials) return {};
    const { user, password } = this.credentials;
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  }
}

function describe(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || 'no connection';
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
