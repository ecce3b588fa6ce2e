/**
 * The state that operators' streams begin with, while frameworks come, change and go: whoever follows knows at the end
 * what the master knows, from its first event and those after it, and hears nothing twice.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { RecordDecoder } from '../../../../../cluster/runtime/streams/recordio';
import { MasterAtWork } from './running';

const work = new MasterAtWork();
const undo: (() => void)[] = [];

beforeAll(() => work.start());
afterAll(async () => {
  for (const stop of undo) stop();
  await work.end();
});

interface Framework {
  readonly framework_info: { readonly id: { readonly value: string }; readonly name: string };
}
interface Event {
  readonly type: string;
  readonly subscribed?: {
    readonly framework_id?: { readonly value: string };
    readonly get_state?: { readonly get_frameworks: { readonly frameworks: readonly Framework[] } };
  };
  readonly framework_added?: { readonly framework: Framework };
  readonly framework_removed?: { readonly framework_info: Framework['framework_info'] };
}

async function stream(path: string, call: object, heard: (event: Event) => void): Promise<() => void> {
  const opened = await work.client.stream({
    url: work.url + path,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(call),
  });
  const decoder = new RecordDecoder();
  opened.body.on('data', (chunk: Buffer) => {
    for (const record of decoder.feed(chunk)) heard(JSON.parse(record.toString()) as Event);
  });
  undo.push(() => opened.close());
  return () => opened.close();
}

/** A label that makes the state take many slices. */
const PADDING = 'x'.repeat(200_000);
/** Together fewer than the client has connections. */
const [OLD, ROUNDS] = [20, 12];

async function framework(name: string): Promise<() => void> {
  const labels = { labels: [{ key: 'padding', value: PADDING }] };
  const subscribe = { framework_info: { user: 'u', name, labels } };
  let registered = (): void => undefined;
  const isRegistered = new Promise<void>((done) => {
    registered = done;
  });
  const leave = await stream('/api/v1/scheduler', { type: 'SUBSCRIBE', subscribe }, registered);
  await isRegistered;
  return leave;
}

/** Answers of a master without agents (Mesos 1.11, read from the original). */
const EMPTY: Readonly<Record<string, string>> = {
  GET_TASKS: '{"type":"GET_TASKS","get_tasks":{"tasks":[],"unreachable_tasks":[],"completed_tasks":[]}}',
  GET_EXECUTORS: '{"type":"GET_EXECUTORS","get_executors":{"executors":[]}}',
  GET_AGENTS: '{"type":"GET_AGENTS","get_agents":{"agents":[],"recovered_agents":[]}}',
  GET_OPERATIONS: '{"type":"GET_OPERATIONS","get_operations":{}}',
};

/** What a follower knows from what it has heard. */
class Follower {
  readonly names = new Map<string, string>();
  readonly problems: string[] = [];
  private first = '';

  async start(): Promise<void> {
    await stream('/api/v1', { type: 'SUBSCRIBE' }, (event) => this.hear(event));
  }

  private hear(event: Event): void {
    this.first ||= event.type;
    const { subscribed, framework_added: added, framework_removed: removed } = event;
    if (subscribed && this.first !== 'SUBSCRIBED') this.problems.push('the state came late');
    for (const { framework_info } of subscribed?.get_state?.get_frameworks.frameworks ?? [])
      this.names.set(framework_info.id.value, framework_info.name);
    if (added) {
      const { id, name } = added.framework.framework_info;
      if (this.names.has(id.value)) this.problems.push(`${name} came twice`);
      this.names.set(id.value, name);
    }
    if (removed && !this.names.delete(removed.framework_info.id.value))
      this.problems.push(`${removed.framework_info.name} left without having come`);
  }

  get sorted(): string {
    return [...this.names.values()].sort().join(' ');
  }
}

test('the first state of a stream is one moment, and later events follow it, none lost or doubled', async () => {
  const leaving: (() => void)[] = [];
  for (let index = 0; index < OLD; index++) leaving.push(await framework(`old-${index}`));
  const followers: Follower[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const follower = new Follower();
    followers.push(follower);
    const started = follower.start();
    const arrived = framework(`new-${round}`);
    leaving[round]?.();
    await pause(round % 7);
    await Promise.all([started, arrived]);
  }
  const expected = [
    ...Array.from({ length: ROUNDS }, (_none, index) => `new-${index}`),
    ...Array.from({ length: OLD - ROUNDS }, (_none, index) => `old-${index + ROUNDS}`),
  ];
  const wanted = expected.sort().join(' ');
  const end = Date.now() + 60_000;
  while (followers.some(({ sorted }) => sorted !== wanted) && Date.now() < end) await pause(10);
  for (const { sorted, problems } of followers)
    expect({ sorted, problems }).toEqual({ sorted: wanted, problems: [] });
});

test('big reads answer all requests that come at once, and show empty lists as the original does', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => work.call('/api/v1', { type: 'GET_FRAMEWORKS' })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  for (const type of Object.keys(EMPTY)) {
    const { text, headers } = await work.call('/api/v1', { type });
    expect([headers['content-type'], text]).toEqual(['application/json', EMPTY[type]]);
  }
});
