/**
 * What a peer can send to a master, made wrong at random: every decoder refuses with an error of its own, and the process goes
 * on. `MESETA_FUZZ=50` tries fifty times as much; `MESETA_FUZZ_SEED` repeats a run.
 */

import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageName } from '../../../../cluster/api/generated/messages';
import { decodeJson } from '../../../../cluster/api/json-read';
import { encodeJson } from '../../../../cluster/api/json-write';
import { CodecError, decodeProtobuf, encodeProtobuf } from '../../../../cluster/api/protobuf';
import { readAcls } from '../../../../cluster/model/acls';
import { nextInteger, type Random, randomFrom } from '../../../../cluster/model/random';
import { basicAuthenticator } from '../../../../cluster/runtime/auth/basic';
import { bearerAuthenticator } from '../../../../cluster/runtime/auth/bearer';
import { signJwt } from '../../../../cluster/runtime/auth/jwt';
import { routeUrl, urlRefusal } from '../../../../cluster/runtime/http/paths';
import { readPid } from '../../../../cluster/runtime/messages/pid';
import { RecordDecoder, RecordError } from '../../../../cluster/runtime/streams/recordio';
import { numberedUuid } from '../../numbered-uuid';
import { MasterAtWork } from './http/running';

const VOLUME = Math.max(1, Number(process.env['MESETA_FUZZ'] ?? 1));
const SEED = Number(process.env['MESETA_FUZZ_SEED'] ?? 4711);
const random = randomFrom(SEED);

jest.setTimeout(60_000 * VOLUME);

/** Says the seed when something fails. */
function seeded(what: string, run: () => void | Promise<void>): void {
  it(what, async () => {
    try {
      await run();
    } catch (error) {
      throw new Error(`with MESETA_FUZZ_SEED=${SEED}: ${String(error)}`, { cause: error });
    }
  });
}

const pick = <T>(from: readonly T[], by: Random = random): T => from[nextInteger(by, from.length)] as T;

/** Bytes that are cut, repeated, turned or replaced. */
function mutate(bytes: Buffer): Buffer {
  const out = Buffer.from(bytes);
  for (let rounds = 1 + nextInteger(random, 4); rounds > 0 && out.length > 0; rounds--) {
    const at = nextInteger(random, out.length);
    switch (nextInteger(random, 5)) {
      case 0:
        return out.subarray(0, at);
      case 1:
        out[at] = nextInteger(random, 256);
        break;
      case 2:
        out[at] = (out[at] ?? 0) ^ (1 << nextInteger(random, 8));
        break;
      case 3:
        return Buffer.concat([out.subarray(0, at), out.subarray(nextInteger(random, out.length))]);
      default:
        return Buffer.concat([out.subarray(0, at), Buffer.from(pick(ODD)), out.subarray(at)]);
    }
  }
  return out;
}

const ODD = [
  '\0',
  '"',
  '{',
  '[[',
  '}}',
  'null',
  '-1',
  '1e400',
  '9'.repeat(40),
  '\u2028',
  '😀',
  '../',
  '%00',
  '__proto__',
  'constructor',
  '\r\n',
  '0x10',
];
const IDS = [
  '',
  '.',
  '..',
  'a/b',
  '../../x',
  '__proto__',
  'constructor',
  'toString',
  ' ',
  '\n',
  '😀',
  'x'.repeat(5000),
  '\0',
  '*',
];

const id = (): { value: string } => ({ value: pick(IDS) });
const info = () => ({ user: pick(IDS), name: pick(IDS), role: pick(IDS), principal: pick(IDS) });

/** Calls that are well formed, about odd things. */
const CALLS: Partial<Record<MessageName, readonly (() => object)[]>> = {
  'mesos.v1.scheduler.Call': [
    () => ({ type: 'SUBSCRIBE', subscribe: { framework_info: info(), suppressed_roles: [pick(IDS)] } }),
    () => ({ type: 'TEARDOWN', framework_id: id() }),
    () => ({ type: 'KILL', framework_id: id(), kill: { task_id: id(), agent_id: id() } }),
    () => ({
      type: 'ACCEPT',
      framework_id: id(),
      accept: {
        offer_ids: [id(), id()],
        operations: [
          { type: 'LAUNCH', launch: { task_infos: [{ name: 'n', task_id: id(), agent_id: id() }] } },
        ],
      },
    }),
    () => ({ type: 'RECONCILE', framework_id: id(), reconcile: { tasks: [{ task_id: id() }] } }),
  ],
  'mesos.v1.master.Call': [
    () => ({ type: 'GET_STATE' }),
    () => ({ type: 'TEARDOWN', teardown: { framework_id: id() } }),
    () => ({ type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: id() } }),
    () => ({ type: 'DRAIN_AGENT', drain_agent: { agent_id: id(), max_grace_period: { seconds: 10 } } }),
    () => ({ type: 'UPDATE_WEIGHTS', update_weights: { weight_infos: [{ role: pick(IDS), weight: 1.5 }] } }),
    () => ({ type: 'READ_FILE', read_file: { path: pick(IDS), offset: 5 } }),
    () => ({ type: 'LIST_FILES', list_files: { path: pick(IDS) } }),
    () => ({ type: 'SET_LOGGING_LEVEL', set_logging_level: { level: 0, duration: { nanoseconds: 5 } } }),
  ],
  'mesos.internal.RegisterSlaveMessage': [
    () => ({
      slave: { hostname: pick(IDS), resources: [{ name: 'cpus', type: 'SCALAR', scalar: { value: 1 } }] },
    }),
  ],
  'mesos.internal.UnregisterSlaveMessage': [() => ({ slave_id: id() })],
  'mesos.internal.StatusUpdateMessage': [
    () => ({
      pid: pick(IDS),
      update: {
        framework_id: id(),
        status: { task_id: id(), state: 'TASK_RUNNING' },
        timestamp: 1,
        uuid: numberedUuid(0),
      },
    }),
  ],
  'mesos.internal.ExecutorToFrameworkMessage': [
    () => ({ slave_id: id(), framework_id: id(), executor_id: id(), data: '' }),
  ],
  'mesos.scheduler.Call': [
    () => ({ type: 'SUBSCRIBE', subscribe: { framework_info: info(), force: true } }),
    () => ({
      type: 'SUBSCRIBE',
      framework_id: id(),
      subscribe: { framework_info: { ...info(), id: id() }, suppressed_roles: [pick(IDS)] },
    }),
    () => ({ type: 'KILL', framework_id: id(), kill: { task_id: id(), agent_id: id() } }),
    () => ({ type: 'RECONCILE', framework_id: id(), reconcile: { tasks: [{ task_id: id() }] } }),
    () => ({ type: 'UPDATE_FRAMEWORK', framework_id: id(), update_framework: { framework_info: info() } }),
    () => ({ framework_id: id() }),
  ],
  'mesos.internal.RegisterFrameworkMessage': [() => ({ framework: info() })],
  'mesos.internal.ReregisterFrameworkMessage': [
    () => ({ framework: { ...info(), id: id() }, failover: nextInteger(random, 2) === 0 }),
  ],
  'mesos.internal.UnregisterFrameworkMessage': [() => ({ framework_id: id() })],
  'mesos.internal.DeactivateFrameworkMessage': [() => ({ framework_id: id() })],
  'mesos.internal.ResourceRequestMessage': [() => ({ framework_id: id(), requests: [{}] })],
  'mesos.internal.LaunchTasksMessage': [
    () => ({ framework_id: id(), filters: {}, offer_ids: [id()] }),
    () => ({
      framework_id: id(),
      filters: { refuse_seconds: -1 },
      offer_ids: [id(), id()],
      tasks: [{ name: 'n', task_id: id(), agent_id: id() }],
    }),
  ],
  'mesos.internal.ReviveOffersMessage': [() => ({ framework_id: id(), roles: [pick(IDS)] })],
  'mesos.internal.KillTaskMessage': [() => ({ framework_id: id(), task_id: id() })],
  'mesos.internal.StatusUpdateAcknowledgementMessage': [
    () => ({ slave_id: id(), framework_id: id(), task_id: id(), uuid: '' }),
  ],
  'mesos.internal.FrameworkToExecutorMessage': [
    () => ({ slave_id: id(), framework_id: id(), executor_id: id(), data: '' }),
  ],
  'mesos.internal.ReconcileTasksMessage': [
    () => ({ framework_id: id(), statuses: [{ task_id: id(), state: 'TASK_RUNNING' }] }),
  ],
  'mesos.internal.SubmitSchedulerRequest': [() => ({ name: pick(IDS) })],
  'mesos.internal.AuthenticateMessage': [() => ({ pid: pick(['scheduler@127.0.0.1:10', ...IDS]) })],
};
const NAMES = Object.keys(CALLS) as MessageName[];

function example(name: MessageName): object {
  return pick(CALLS[name] ?? [])();
}

describe('decoders', () => {
  seeded('of messages read a body, or refuse it with an error of their own', () => {
    for (let round = 0; round < 400 * VOLUME; round++) {
      const name = pick(NAMES);
      const value = example(name) as never;
      const attempts: (() => unknown)[] = [
        () => decodeJson(name, mutate(Buffer.from(encodeJson(name, value))).toString()),
        () => decodeProtobuf(name, mutate(Buffer.from(encodeProtobuf(name, value)))),
      ];
      for (const attempt of attempts) {
        try {
          const read = attempt() as never;
          encodeJson(name, read);
          encodeProtobuf(name, read);
        } catch (error) {
          if (!(error instanceof CodecError)) throw error;
        }
      }
    }
  });

  seeded('refuse endless nesting', () => {
    const deep = 200_000;
    const nested = `{"type":"KILL","kill":${'{"task_id":'.repeat(deep)}1${'}'.repeat(deep)}}`;
    const parents = '{"parent":'.repeat(deep);
    for (const text of [nested, '['.repeat(deep), `${parents}{}${'}'.repeat(deep)}`]) {
      expect(() => decodeJson('mesos.v1.ContainerID', text)).toThrow(CodecError);
    }
    // What no message has is passed over, however deep.
    expect(decodeJson('mesos.v1.scheduler.Call', `${parents}{}${'}'.repeat(deep)}`)).toEqual({});
    // parent is field 2 of ContainerID: each level wraps the one before.
    let bytes = Buffer.from([0x0a, 0x01, 0x61]);
    for (let level = 0; level < 5000; level++) {
      const length: number[] = [];
      for (let rest = bytes.length; ; rest >>>= 7) {
        length.push(rest > 127 ? (rest & 127) | 128 : rest);
        if (rest <= 127) break;
      }
      bytes = Buffer.concat([Buffer.from([0x0a, 0x01, 0x61, 0x12, ...length]), bytes]);
    }
    expect(() => decodeProtobuf('mesos.v1.ContainerID', bytes)).toThrow(CodecError);
  });

  seeded('of records, addresses, URLs, headers and lists of rules never fail otherwise', () => {
    const rules = { main: 'master', others: ['files'], known: ['/state', '/', '/help/*'] };
    const judges = [
      basicAuthenticator(new Map([['a', 'b']])),
      bearerAuthenticator({ key: Buffer.from('k'), tokens: new Map([['a', 't']]), now: () => 0 }),
    ];
    const token = `Bearer ${signJwt({ sub: 'a' }, Buffer.from('k'))}`;
    for (let round = 0; round < 1000 * VOLUME; round++) {
      const bytes = mutate(Buffer.from('5\nhello12\nhello world!3\nabc'));
      try {
        for (const byte of bytes) new RecordDecoder(1000).feed(Buffer.from([byte]));
        new RecordDecoder(1000).feed(bytes);
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
      }
      const url = mutate(Buffer.from('/master/state?jsonp=f&x=%20#z')).toString();
      routeUrl(url, rules);
      urlRefusal(url, rules);
      readPid(mutate(Buffer.from('slave(1)@10.0.0.1:5051')).toString());
      for (const judge of judges) {
        judge.authenticate(mutate(Buffer.from('Basic YTpi')).toString(), 'r');
        const changed = mutate(Buffer.from(token)).toString();
        const isSame = changed.trim().replace(/^bearer +/i, 'Bearer ') === token;
        if (!isSame) expect(judge.authenticate(changed, 'r').kind).toBe('unknown');
      }
      readAcls({
        permissive: pick([true, 'x', null]),
        [pick(['run_tasks', ...IDS])]: pick([[], {}, [{}], [null], 7]),
      });
    }
  });
});

describe('a master', () => {
  const work = new MasterAtWork();
  beforeAll(() => work.start());
  afterAll(() => work.end());

  const place = () => {
    const { hostname, port } = new URL(work.url);
    return { host: hostname, port: Number(port) };
  };

  /** Sends bytes and reads what comes until the other side ends, or a moment later. */
  async function send(bytes: Buffer): Promise<string> {
    const socket = connect(place());
    socket.on('error', () => undefined);
    socket.end(bytes);
    const cut = setTimeout(() => socket.destroy(), 2000);
    try {
      return (await buffer(socket)).toString('latin1');
    } catch {
      return '';
    } finally {
      clearTimeout(cut);
    }
  }

  function request(): Buffer {
    const name = pick(NAMES);
    const value = example(name) as never;
    const isJson = nextInteger(random, 2) === 0;
    const isCall = name.startsWith('mesos.v1.');
    const plain =
      isJson && isCall ? Buffer.from(encodeJson(name, value)) : Buffer.from(encodeProtobuf(name, value));
    const body = nextInteger(random, 3) === 0 ? mutate(plain) : plain;
    const path = !isCall
      ? `/master/${pick([name, name, name, name, ...IDS.slice(5, 8)])}`
      : name.includes('scheduler')
        ? '/api/v1/scheduler'
        : '/api/v1';
    const headers = [
      'Host: x',
      `Content-Length: ${body.length}`,
      `Content-Type: ${isJson ? 'application/json' : 'application/x-protobuf'}`,
      ...(isCall
        ? [`Mesos-Stream-Id: ${pick(['x', ''])}`]
        : [`Libprocess-From: slave(1)@127.0.0.1:${9 + nextInteger(random, 3)}`]),
      'Connection: close',
    ];
    const head = Buffer.from(`POST ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    const whole = Buffer.concat([head, body]);
    return nextInteger(random, 4) === 0 ? mutate(whole) : whole;
  }

  seeded('goes on, whatever it is sent', async () => {
    for (let round = 0; round < 20 * VOLUME; round++) {
      await Promise.all(Array.from({ length: 10 }, () => send(request())));
    }
    const health = await work.ask('/health');
    expect(health.status).toBe(200);
    const state = JSON.parse((await work.ask('/state')).text) as { elected_time?: number };
    expect(state.elected_time).toBeGreaterThan(0);
    expect(work.resigned).toBeUndefined();
  });

  seeded('refuses a body that is too long, and reads on', async () => {
    const headers = { 'content-type': 'application/json' };
    const socket = connect(place());
    socket.on('error', () => undefined);
    socket.write(
      `POST /api/v1 HTTP/1.1\r\nHost: x\r\nContent-Length: ${2 ** 40}\r\nContent-Type: application/json\r\n\r\n`,
    );
    const [first] = (await buffer(socket)).toString().split('\r\n');
    expect(first).toBe('HTTP/1.1 413 Payload Too Large');
    expect(
      (await work.ask('/api/v1', { method: 'POST', headers, body: '{"type": "GET_HEALTH"}' })).status,
    ).toBe(200);
  });

  seeded('answers others while some send slowly or half of what they promised', async () => {
    const slow = Array.from({ length: 50 }, () => {
      const socket = connect(place());
      socket.on('error', () => undefined);
      socket.write(
        pick([
          '',
          'G',
          'POST /api/v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{',
          'GET /state HTTP/1.1\r\nX: y',
        ]),
      );
      return socket;
    });
    for (let round = 0; round < 3; round++) {
      for (const socket of slow) socket.write(pick(['x', '\r\n', ' ']));
      await sleep(5);
      expect((await work.ask('/health')).status).toBe(200);
    }
    for (const socket of slow) socket.destroy();
  });
});
