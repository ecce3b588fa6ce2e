/** The answers of calls that read lists, for readers who wait at the same time. */

import type { Call } from '../../../../../cluster/api/generated/master';
import type { MediaType } from '../../../../../cluster/api/media-type';
import type { MasterState } from '../../../../../cluster/master/core/state/state';
import type { OperatorContext } from '../../../../../cluster/master/edge/http/operator-door';
import { readingCall } from '../../../../../cluster/master/edge/http/operator-reads';
import type { Reply, Request } from '../../../../../cluster/runtime/http/server';
import { SlicedWork } from '../../../../../cluster/runtime/sliced-work';
import { MasterScript } from '../../interpreter';

const READERS = 10;
/** These calls have no part. */
const NO_PART = undefined as never;
const LISTS: readonly Call.Type[] = [
  'GET_STATE',
  'GET_AGENTS',
  'GET_FRAMEWORKS',
  'GET_TASKS',
  'GET_EXECUTORS',
];

/** A reply that keeps the very object it was told to send. */
class KeptReply {
  readonly raw = { destroyed: false };
  body: unknown;

  type(): this {
    return this;
  }

  send(body: unknown): this {
    this.body = body;
    return this;
  }
}

/** A master's door whose slices are all taken until `release` is called. */
function busyDoor() {
  const script = new MasterScript();
  for (const line of ['start', 'agent a cpus=8 mem=8192', 'framework web'])
    script.interpret(line.split(' '), line);
  const slices = new SlicedWork({ activeMax: 1 });
  let isHeld = true;
  function* hold(): Generator<void, void> {
    while (isHeld) yield;
  }
  void slices.run({ begin: hold });
  const door = { slices, read: <T>(view: (state: MasterState) => T): T => view(script.state) };
  return {
    door: door as unknown as OperatorContext,
    release: () => {
      isHeld = false;
    },
  };
}

async function ask(type: Call.Type, accepts: readonly MediaType[]): Promise<Buffer[]> {
  const { door, release } = busyDoor();
  const row = readingCall(type);
  const request = {} as Request;
  const replies = accepts.map(() => new KeptReply());
  const answers = replies.map(async (reply, index) =>
    row?.answer(
      { door, request, reply: reply as unknown as Reply, type, accept: accepts[index] as MediaType },
      NO_PART,
    ),
  );
  release();
  await Promise.all(answers);
  return replies.map(({ body }) => body as Buffer);
}

test.each(LISTS)('readers that wait together for %s share one body', async (type) => {
  const bodies = await ask(type, Array<MediaType>(READERS).fill('application/json'));
  expect(JSON.parse(String(bodies[0]))).toMatchObject({ type });
  expect(new Set(bodies).size).toBe(1);
});

test('readers of JSON and protobuf share one body for each media type', async () => {
  const accepts: MediaType[] = ['application/json', 'application/x-protobuf'];
  const bodies = await ask('GET_STATE', [...accepts, ...accepts, ...accepts]);
  expect(new Set(bodies).size).toBe(2);
  expect(bodies[0]).toBe(bodies[2]);
  expect(bodies[1]).toBe(bodies[5]);
});
