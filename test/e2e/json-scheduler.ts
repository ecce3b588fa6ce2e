/**
 * A scheduler as somebody else would write it: JSON over the v1 scheduler API, by fetch.
 */

import type { Call, Event } from '../../cluster/api/generated/scheduler';
import { RecordDecoder } from '../../cluster/runtime/streams/recordio';
import { eventually } from './eventually';

export class JsonScheduler {
  readonly events: Event[] = [];
  frameworkId: string | undefined;
  private streamId = '';
  /** Uuids of acknowledged updates; one that comes again is acknowledged again. */
  private readonly acknowledged = new Set<string>();
  private readonly abort = new AbortController();

  constructor(
    private readonly master: string,
    private readonly info: Record<string, unknown> = {},
  ) {}

  async subscribe(): Promise<void> {
    const id = this.frameworkId === undefined ? {} : { id: { value: this.frameworkId } };
    const call = {
      type: 'SUBSCRIBE',
      ...(this.frameworkId !== undefined && { framework_id: { value: this.frameworkId } }),
      subscribe: { framework_info: { user: 'root', name: 'test', ...this.info, ...id } },
    };
    const answer = await fetch(`${this.master}/api/v1/scheduler`, {
      method: 'POST',
      body: JSON.stringify(call),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      signal: this.abort.signal,
    });
    if (answer.status !== 200) throw new Error(`subscribe: ${answer.status} ${await answer.text()}`);
    this.streamId = answer.headers.get('mesos-stream-id') ?? '';
    void this.read(answer).catch(() => undefined);
    const { subscribed } = await this.event('SUBSCRIBED');
    this.frameworkId = subscribed?.framework_id.value;
  }

  async call(call: Call): Promise<Response> {
    return await fetch(`${this.master}/api/v1/scheduler`, {
      method: 'POST',
      body: JSON.stringify({ framework_id: { value: this.frameworkId }, ...call }),
      headers: { 'content-type': 'application/json', 'mesos-stream-id': this.streamId },
    });
  }

  /** The first event of this type that passes, from now or before. */
  event(type: Event.Type, passes: (event: Event) => boolean = () => true): Promise<Event> {
    return eventually(`an event ${type}`, () =>
      this.events.find((event) => event.type === type && passes(event)),
    );
  }

  /** The first update of a task in this state; it is acknowledged when it asks for that. */
  async update(taskId: string, state: string): Promise<NonNullable<Event['update']>['status']> {
    const found = await this.event('UPDATE', ({ update }) => {
      return update?.status.task_id.value === taskId && update.status.state === state;
    });
    const status = found.update?.status;
    if (!status) throw new Error('no status');
    if (!this.isAcknowledged(status.uuid)) await this.acknowledge(status);
    return status;
  }

  async acknowledge(status: {
    uuid?: string | undefined;
    task_id: { value: string };
    agent_id?: { value: string } | undefined;
  }) {
    if (status.uuid === undefined || !status.agent_id) return;
    const { uuid, task_id, agent_id } = status;
    this.acknowledged.add(uuid);
    await this.call({ type: 'ACKNOWLEDGE', acknowledge: { agent_id, task_id, uuid } });
  }

  stop(): void {
    this.abort.abort();
  }

  private async read(answer: Response): Promise<void> {
    const decoder = new RecordDecoder();
    for await (const chunk of answer.body ?? []) {
      for (const record of decoder.feed(chunk as Uint8Array))
        this.heard(JSON.parse(record.toString()) as Event);
    }
  }

  protected heard(event: Event): void {
    this.events.push(event);
    const status = event.update?.status;
    if (status && this.isAcknowledged(status.uuid)) void this.acknowledge(status).catch(() => undefined);
  }

  /** True for updates that are acknowledged whenever they come. */
  protected isAcknowledged(uuid: string | undefined): boolean {
    return uuid !== undefined && this.acknowledged.has(uuid);
  }
}
