import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { nodesOf, printZone, runningAt, stateWith, zoneOf } from '../builders';

const GOLDEN = join(__dirname, '..', 'golden');

describe('golden zones (REWRITE=1 refreshes them)', () => {
  test.each(readdirSync(GOLDEN))('%s', (name) => {
    const read = (file: string): string => readFileSync(join(GOLDEN, name, file), 'utf8');
    const extra = existsSync(join(GOLDEN, name, 'options.json')) ? JSON.parse(read('options.json')) : {};
    const { live, notes } = zoneOf(JSON.parse(read('state.json')), extra.options, extra.hosts);
    const printed = printZone(live) + notes.map((note) => `# ${note}\n`).join('');
    if (process.env['REWRITE']) writeFileSync(join(GOLDEN, name, 'zone.txt'), printed);
    expect(printed).toBe(read('zone.txt'));
  });
});

describe('one odd entry does not touch the others', () => {
  const good = { name: 'good', statuses: [runningAt('10.1.0.1')] };
  test.each([
    ['ports without brackets', { resources: { ports: '31000-31001' } }],
    ['ports without a dash', { resources: { ports: '[31000]' } }],
    ['ports as a list', { resources: { ports: [31000] } }],
    ['resources missing', { resources: null }],
    ['a long name', { name: 'n'.repeat(200) }],
    ['a long raw name', { discovery: { name: 'x'.repeat(300), ports: { ports: [{ number: 1 }] } } }],
    ['a name of nothing', { name: '///' }],
    ['statuses of odd types', { statuses: [7, null, { state: 'TASK_RUNNING', container_status: 'no' }] }],
    ['a number as id', { id: 7 }],
    ['a number as name', { name: 7 }],
    ['a name with every octet', { discovery: { name: '\u0000\u00ff é..' } }],
  ])('%s', (_name, odd) => {
    const { zone } = zoneOf(stateWith(good, odd));
    expect(zone.node('good.marathon.mesos')?.a).toEqual(['10.1.0.1']);
    expect(zone.node('leader.mesos')?.a).toHaveLength(1);
  });

  test('no document at all makes it fail', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const document = {
          leader: value,
          slaves: [value],
          frameworks: [value, { name: 'f', tasks: [value], pid: value }],
        };
        expect(zoneOf(document).zone.node('mesos') !== undefined).toBe(true);
        expect(zoneOf(value).zone.node('mesos') !== undefined).toBe(true);
      }),
    );
  });
});

test('a long task name still has a canonical name and services that can be answered', () => {
  const { zone, live, notes } = zoneOf(stateWith({ name: 't'.repeat(80) }));
  const nodes = nodesOf(live);
  const names = [...nodes.keys()];
  expect(names.filter((name) => name.split('.').some((label) => label.length > 63))).toEqual([]);
  expect(names.filter((name) => name.startsWith(`_${'t'.repeat(62)}.`))).toHaveLength(4);
  for (const { services } of nodes.values()) {
    for (const { target } of services) expect(zone.node(target)).toBeDefined();
  }
  expect(notes).toEqual([]);
});

test('the hosts to look up are those that are no addresses', () => {
  const state = {
    leader: 'master@m1:5050',
    slaves: [
      { id: 'a', pid: 's@agent.example:1' },
      { id: 'b', pid: 's@10.0.0.1:1' },
    ],
    frameworks: [{ id: 'f', name: 'f', hostname: 'fw.example' }],
  };
  const { live } = zoneOf(state, { masters: [{ host: 'm2', port: 5050 }] });
  expect([...live.hosts()].sort()).toEqual(['agent.example', 'fw.example', 'm1', 'm2']);
});
