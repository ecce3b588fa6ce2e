import type { Backend } from '../../../../lb/core/model/backends';
import type { Model } from '../../../../lb/core/model/model';
import { type Capabilities, decide } from '../../../../lb/core/reload/decide-reload';
import type { Block, ConfigFiles } from '../../../../lb/core/render/render';
import { ownerOfLine, readSections } from '../../../../lb/core/render/sections';
import type { ServerLine } from '../../../../lb/core/render/server-line';
import { serverLine } from '../../builders';

const before = 'global\n  maxconn 1\n\nbackend a_1\n  mode tcp\n\nbackend b_2\n  mode tcp\n';
const all: Capabilities = { servers: true, maps: true };
const text = (config: string): ConfigFiles => ({ config, maps: undefined, blocks: [{ text: config }] });
const frame = 'backend a_1\n  mode http\n';

/** One backend with these servers. */
function served(
  servers: readonly ServerLine[],
  more: { dynamic?: boolean; hosts?: string } = {},
): ConfigFiles {
  const backend = { name: 'a_1', dynamic: more.dynamic ?? true } as Backend;
  const block: Block = { text: frame, backend, servers };
  const maps = more.hosts === undefined ? undefined : { hosts: more.hosts, apps: '' };
  return { config: frame, maps, blocks: [block] };
}

test('equal text needs nothing', () => {
  expect(decide(text(before), text(before), all).kind).toBe('nothing');
});

const x = serverLine('x', '1.1.1.1:1', '', { id: 1 });
const y = serverLine('y', '1.1.1.1:2', '', { id: 2 });
const z = serverLine('z', '1.1.1.1:3', 'check', { id: 3 });

test('servers that come and go need commands only: first the new ones, then the old ones', () => {
  expect(decide(served([x, y]), served([{ ...y }, z]), all)).toEqual({
    kind: 'commands',
    reason: '1 servers added, 1 servers removed',
    commands: [
      { kind: 'add', backend: 'a_1', server: z },
      { kind: 'remove', backend: 'a_1', server: x },
    ],
  });
});

test('equal values of other objects need nothing, and another order no command', () => {
  expect(decide(served([x, y]), served([{ ...x }, { ...y }]), all).kind).toBe('nothing');
  expect(decide(served([x, y]), served([y, x]), all)).toEqual({
    kind: 'commands',
    reason: 'the order of lines changed',
    commands: [],
  });
});

test('weights and servers taken out need commands only', () => {
  const decision = decide(
    served([x, { ...y, weight: 3, draining: true }]),
    served([{ ...x, weight: 9, draining: true }, y]),
    all,
  );
  expect(decision.kind === 'commands' && decision.commands).toEqual([
    { kind: 'weight', backend: 'a_1', server: 'x', weight: 9 },
    { kind: 'drain', backend: 'a_1', server: 'x', disabled: true },
    { kind: 'weight', backend: 'a_1', server: 'y', weight: 1 },
    { kind: 'drain', backend: 'a_1', server: 'y', disabled: false },
  ]);
});

test('maps are replaced by a command', () => {
  const decision = decide(served([], { hosts: 'a b\n' }), served([], { hosts: 'a c\n' }), all);
  expect(decision.kind === 'commands' && decision.commands).toEqual([
    { kind: 'map', map: 'hosts', text: 'a c\n' },
  ]);
});

const reloads: [string, ConfigFiles, ConfigFiles, Capabilities][] = [
  ['an old HAProxy', served([x]), served([y]), { servers: false, maps: true }],
  [
    'maps of an old HAProxy',
    served([], { hosts: 'a' }),
    served([], { hosts: 'b' }),
    { servers: true, maps: false },
  ],
  ['maps turned on', served([]), served([], { hosts: 'b' }), all],
  ['a static way of balancing', served([x], { dynamic: false }), served([y], { dynamic: false }), all],
  [
    'another health check',
    served([{ ...x, options: 'check inter 5s' }]),
    served([{ ...x, options: 'check inter 6s' }]),
    all,
  ],
  ['another id', served([x]), served([{ ...x, id: 2 }]), all],
  ['another address', served([x]), served([{ ...x, endpoint: '1.1.1.2:1' }]), all],
  [
    'a weight that the template puts where no command reaches it',
    served([{ ...x, changeable: false }]),
    served([{ ...x, changeable: false, weight: 2 }]),
    all,
  ],
];

test.each(reloads)('%s needs a reload', (_name, running, wanted, capabilities) => {
  expect(decide(running, wanted, capabilities).kind).toBe('reload');
});

test('a reload says what changed', () => {
  const after = 'global\n  maxconn 1\n\nbackend b_2\n  mode http\n\nbackend c_3\n  mode tcp\n';
  expect(decide(text(before), text(after), all)).toEqual({
    kind: 'reload',
    reason: 'added backend c_3; removed backend a_1; changed backend b_2',
  });
});

test('a long list is cut short', () => {
  const many = Array.from({ length: 9 }, (_, n) => `backend x_${n}\n`).join('');
  expect(decide(text(''), text(many), all).reason).toBe(
    'added backend x_0, backend x_1, backend x_2, backend x_3 and 5 more',
  );
});

test('a line of the configuration leads to its app, and to the part of it that can be left out alone', () => {
  const config = [
    'frontend marathon_http_in',
    '  acl host_x_web req.hdr(host) x',
    '  use_backend web_1 if host_x_web',
    'frontend web_1',
    '  bind :1',
    'backend web_1',
    '  balance x',
    'userlist user_web_1',
    '  user a password b',
    'global',
  ].join('\n');
  const rule = { app: '/web', backend: 'web_1', suffix: 'x_web' };
  const backends = [{ name: 'web_1', app: '/web' }];
  const frontends = [{ name: 'web_1', app: '/web', index: 0 }];
  const model = { backends, frontends, httpIn: { rules: [rule] } } as unknown as Model;
  const owners = config.split('\n').map((_, n) => ownerOfLine(config, n + 1, model));
  const web = (part?: string): object => ({ app: '/web', part, index: 0 });
  const hosts = [web('hosts'), web('hosts')];
  const rest = [web(), web(), web(), web()];
  expect(owners).toEqual([undefined, ...hosts, web('listener'), web('listener'), ...rest, undefined]);
  expect(readSections(config).map(({ line }) => line)).toEqual([1, 4, 6, 8, 10]);
});
