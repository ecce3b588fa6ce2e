import type { Response } from '../../../cluster/api/generated/master';
import { encodeBody, type MediaType } from '../../../cluster/api/media-type';
import { decodeProtobuf } from '../../../cluster/api/protobuf';
import { encodeSlices, encodeWhole, Part } from '../../../cluster/api/slices';

const TYPES: readonly MediaType[] = ['application/json', 'application/x-protobuf'];
const NAME = 'mesos.v1.master.Response';

const agent = (index: number) => ({
  agent_info: { hostname: `host-${index} "ä"`, port: 5051, id: { value: `S${index}` } },
  active: index % 2 === 0,
  version: '1.11.0',
  registered_time: { nanoseconds: 1_700_000_000_000_000_000n },
});

function written(type: MediaType, part: Part): { readonly bytes: Buffer; readonly pauses: number } {
  const slices = encodeSlices(NAME, type, part);
  for (let pauses = 0; ; pauses++) {
    const { done, value } = slices.next();
    if (done) return { bytes: Buffer.concat(value), pauses };
  }
}

describe.each(TYPES)('a message written item by item as %s', (type) => {
  it('has the bytes that the codec writes in one go, with a pause after each item', () => {
    const agents = Array.from({ length: 1000 }, (_none, index) => agent(index));
    const whole: Response = {
      type: 'GET_AGENTS',
      get_agents: { agents, recovered_agents: [{ hostname: 'x' }] },
    };
    const { bytes, pauses } = written(
      type,
      new Part({
        type: 'GET_AGENTS',
        get_agents: new Part({ recovered_agents: [{ hostname: 'x' }], agents: new Set(agents) }),
      }),
    );
    expect(bytes.equals(encodeBody(NAME, type, whole))).toBe(true);
    expect(pauses).toBe(1001);
  });

  it('may be nested deeper, and carry plain values beside its lists', () => {
    const tasks = { tasks: [], completed_tasks: [] };
    const agents = { agents: [agent(1)] };
    const part = new Part({
      type: 'SUBSCRIBED',
      subscribed: new Part({
        heartbeat_interval_seconds: 15,
        get_state: new Part({ get_agents: new Part(agents), get_tasks: new Part(tasks) }),
      }),
    });
    const slices = encodeSlices('mesos.v1.master.Event', type, part);
    let step = slices.next();
    while (!step.done) step = slices.next();
    const bytes = Buffer.concat(step.value);
    const whole = encodeBody('mesos.v1.master.Event', type, {
      type: 'SUBSCRIBED',
      subscribed: { heartbeat_interval_seconds: 15, get_state: { get_agents: agents, get_tasks: tasks } },
    });
    const lists = '"get_tasks":{"tasks":[],"completed_tasks":[]}';
    if (type === 'application/x-protobuf') expect(bytes.equals(whole)).toBe(true);
    else expect(bytes.toString()).toBe(whole.toString().replace('"get_tasks":{}', lists));
  });
});

it.each(TYPES)('is joined to one body of %s chunk by chunk, with a pause after each', (type) => {
  const agents = Array.from({ length: 5000 }, (_none, index) => agent(index));
  const part = new Part({ type: 'GET_AGENTS', get_agents: new Part({ agents }) });
  const { bytes, pauses } = written(type, part);
  const whole = encodeWhole(NAME, type, part);
  let step = whole.next();
  let joins = -pauses;
  for (; !step.done; step = whole.next()) joins += 1;
  expect(step.value.equals(bytes)).toBe(true);
  expect(joins).toBeGreaterThan(bytes.length / 131_072);
});

it('names what an item lacks', () => {
  const part = new Part({ type: 'GET_AGENTS', get_agents: new Part({ agents: [{ active: true }] }) });
  expect(() => written('application/x-protobuf', part)).toThrow('Missing required fields');
});

it('is read back by the codec', () => {
  const part = new Part({ type: 'GET_AGENTS', get_agents: new Part({ agents: [agent(3)] }) });
  const { bytes } = written('application/x-protobuf', part);
  expect(decodeProtobuf(NAME, bytes).get_agents?.agents?.[0]?.agent_info.id?.value).toBe('S3');
});
