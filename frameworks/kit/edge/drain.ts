/**
 * Draining: load balancers take a task out before its framework kills it.
 *
 * `POST /v1/drains` of each load balancer answers once the task has no connection left. The kill goes out then, or at
 * the deadline. A load balancer that does not answer is asked again until the deadline: it may be restarting, while its
 * HAProxy serves on. One that was away for a whole deadline holds no more kills up until it answers again.
 *
 * Always true: every kill goes out, at most the deadline late; a kill that is repeated meanwhile is not sent twice.
 */

import type * as scheduler from '../../../cluster/api/generated/scheduler';
import { errorText } from '../../../cluster/model/error-text';
import type { Clock } from '../../../cluster/runtime/clock';
import { HttpClient } from '../../../cluster/runtime/http/client';
import type { Credentials } from '../../../cluster/runtime/http/guard';
import type { Logger } from '../../../cluster/runtime/log';

export interface DrainSettings {
  /** The API of each load balancer, such as `http://127.0.0.1:9092`. */
  readonly urls: readonly string[];
  readonly timeoutMs: number;
  readonly credentials?: Credentials | undefined;
}

/** Pause before a load balancer that did not answer is asked again. */
const AGAIN_MS = 200;
/** Time that an answer may take beyond its deadline. */
const GRACE_MS = 1000;

/** A load balancer answered with a status of 4xx: another attempt would change nothing. */
class DrainRefused extends Error {}

export class Drain {
  private readonly client = new HttpClient({ connectTimeoutMs: 1000 });
  private readonly waiting = new Set<string>();
  /** Load balancers that were away for a whole deadline. */
  private readonly away = new Set<string>();
  private stopped = false;

  constructor(
    private readonly settings: DrainSettings,
    private readonly send: (call: scheduler.Call) => void,
    private readonly log: Logger,
    private readonly clock: Clock,
  ) {}

  /** Sends a call on; a kill waits for the load balancers. */
  call(call: scheduler.Call): void {
    const task = call.type === 'KILL' ? call.kill?.task_id.value : undefined;
    if (task === undefined || this.settings.urls.length === 0) return this.send(call);
    if (this.waiting.has(task)) return;
    this.waiting.add(task);
    const all = this.settings.urls.map((url) => this.takeOut(url, task));
    void Promise.all(all).then(() => {
      this.waiting.delete(task);
      if (!this.stopped) this.send(call);
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.client.close();
  }

  private async takeOut(url: string, task: string): Promise<void> {
    const { timeoutMs } = this.settings;
    const { clock } = this;
    const deadline = clock.now() + timeoutMs;
    const patient = !this.away.has(url);
    for (let leftMs = timeoutMs; ; leftMs = deadline - clock.now()) {
      try {
        await this.askOnce(url, task, leftMs);
        this.away.delete(url);
        return;
      } catch (error) {
        if (this.stopped) return;
        const refused = error instanceof DrainRefused;
        if (patient && !refused && clock.now() + AGAIN_MS < deadline) {
          await new Promise<void>((resolve) => clock.wakeAt(clock.now() + AGAIN_MS, resolve));
          continue;
        }
        if (!refused) this.away.add(url);
        const fields = { task, url, error: errorText(error) };
        return this.log.warn(fields, 'a load balancer cannot take a task out');
      }
    }
  }

  private async askOnce(url: string, task: string, deadlineMs: number): Promise<void> {
    const { credentials } = this.settings;
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (credentials) {
      const pair = `${credentials.user}:${credentials.password}`;
      headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
    }
    const answer = await this.client.request({
      method: 'POST',
      url: `${url.replace(/\/+$/, '')}/v1/drains`,
      headers,
      body: JSON.stringify({ task, deadlineMs }),
      timeoutMs: deadlineMs + GRACE_MS,
    });
    if (answer.status >= 400 && answer.status < 500) throw new DrainRefused(`status ${answer.status}`);
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    const { connections } = JSON.parse(answer.body.toString()) as { connections?: number };
    if (connections) this.log.warn({ task, connections }, 'a task is killed with connections left');
  }
}
