/** What an adopted HAProxy serves, and the orders that make the wanted configuration of it. */

import type { Backend } from '../../../../lb/core/model/backends';
import {
  changesBeforeReload,
  readBinds,
  readConfiguredServers,
  readRunningServers,
  runningFiles,
  structureOf,
} from '../../../../lb/core/reload/adoption';
import { decide } from '../../../../lb/core/reload/decide-reload';
import type { Block, ConfigFiles } from '../../../../lb/core/render/render';
import { printServerWords } from '../../../../lb/core/render/server-line';
import { serverLine } from '../../builders';

const ALL = { servers: true, maps: true };

/** A block whose servers have these lines. */
function block(name: string, lines: string, dynamic = true): Block {
  const backend = {
    version: 1,
    name,
    app: `/${name}`,
    mode: 'http',
    directives: [],
    servers: [],
    dynamic,
  } as Backend;
  const servers = [...(readConfiguredServers(`backend ${name}\n${lines}`).get(name)?.values() ?? [])];
  return { text: `backend ${name}\n`, backend, servers };
}

function filesOf(...blocks: Block[]): ConfigFiles {
  return {
    blocks,
    maps: undefined,
    config: blocks.map(printBlock).join(''),
  };
}

function printBlock({ text, servers = [] }: Block): string {
  const lines = servers.map((server) => `  server ${server.name} ${printServerWords(server)}\n`);
  return text + lines.join('');
}

/** A row of `show servers state`. */
function row(
  backend: string,
  server: string,
  { endpoint = '10.0.0.1:80', admin = 0, weight = 1 } = {},
): string {
  const [, address, port] = /^(.*):(\d+)$/.exec(endpoint) ?? [];
  return `3 ${backend} 1 ${server} ${address} 2 ${admin} ${weight} 1 54 1 0 2 0 0 0 0 - ${port} - 0 0 - - 0`;
}

const line = (name: string, more = ''): string => `  server ${name} 10.0.0.1:80 id 5 check inter 3s${more}\n`;

test('rows of servers are read, of both kinds of address, and nothing else', () => {
  const answer = [
    '1',
    '# be_id be_name',
    row('web', 'a'),
    row('web', 'b', { endpoint: '::1:81', admin: 1 }),
    '',
    '3 x',
  ];
  expect(readRunningServers(answer.join('\n'))).toEqual([
    { backend: 'web', server: 'a', endpoint: '10.0.0.1:80', disabled: false, weight: 1 },
    { backend: 'web', server: 'b', endpoint: '[::1]:81', disabled: true, weight: 1 },
  ]);
});

test.each([
  [0, false],
  [1, true],
  [4, false],
  [5, true],
  [8, true],
  [32, false],
])('an administrative state of %d means disabled: %s', (admin, disabled) => {
  expect(readRunningServers(row('web', 'a', { admin }))[0]?.disabled).toBe(disabled);
});

test('servers of a configuration are read by backend, whatever the spacing', () => {
  const config = `listen stats\n  server x 1.1.1.1:1\n\nbackend web\n  mode http\n${line('a')}\tserver  b 10.0.0.1:80  check inter 3s id 5 weight 3 disabled\n`;
  const expected = { options: 'check inter 3s', id: 5 };
  expect([...(readConfiguredServers(config).get('web')?.values() ?? [])]).toEqual([
    serverLine('a', '10.0.0.1:80', 'check inter 3s', expected),
    serverLine('b', '10.0.0.1:80', 'check inter 3s', { ...expected, weight: 3, draining: true }),
  ]);
  expect(readConfiguredServers(config).has('stats')).toBe(false);
});

test('binds are read with their options cut off', () => {
  const config = 'frontend a\n  bind *:80\n  bind 127.0.0.1:10000 ssl crt /x.pem\n\tbind [::1]:7\n';
  expect([...readBinds(config)]).toEqual(['*:80', '127.0.0.1:10000', '[::1]:7']);
});

test('the structure is all but servers', () => {
  expect(structureOf(filesOf(block('web', line('a'))))).toBe(structureOf(filesOf(block('web', line('b')))));
  expect(structureOf(filesOf(block('web', '')))).not.toBe(structureOf(filesOf(block('other', ''))));
});

describe('what runs beside what is wanted', () => {
  const cases: readonly (readonly [string, string, string, readonly string[], unknown])[] = [
    ['the same', line('a'), line('a'), [row('web', 'a')], 'nothing'],
    [
      'a server that came by command and is in the file',
      line('a') + line('b'),
      line('a') + line('b'),
      [row('web', 'a'), row('web', 'b')],
      'nothing',
    ],
    ['a server that is wanted now', line('a'), line('a') + line('b'), [row('web', 'a')], ['add b']],
    [
      'a server that nobody wants any more',
      line('a') + line('b'),
      line('a'),
      [row('web', 'a'), row('web', 'b')],
      ['remove b'],
    ],
    [
      'a server that was deleted, which the file did not hear',
      line('a') + line('b'),
      line('a') + line('b'),
      [row('web', 'a')],
      ['add b'],
    ],
    [
      'a server that came, which the file did not hear',
      line('a'),
      line('a'),
      [row('web', 'a'), row('web', 'b')],
      ['remove b'],
    ],
    [
      'such a server that is wanted: its line cannot be told',
      line('a'),
      line('a') + line('b'),
      [row('web', 'a'), row('web', 'b')],
      'reload',
    ],
    [
      'an address that the file has otherwise',
      line('a'),
      line('a'),
      [row('web', 'a', { endpoint: '10.0.0.9:80' })],
      'reload',
    ],
    [
      'a server that is out and is wanted',
      line('a'),
      line('a'),
      [row('web', 'a', { admin: 1 })],
      ['drain a false'],
    ],
    [
      'a server that is out and is to be',
      line('a'),
      line('a', ' disabled'),
      [row('web', 'a', { admin: 5 })],
      'nothing',
    ],
    [
      'a server that is to be out',
      line('a', ' disabled'),
      line('a', ' disabled'),
      [row('web', 'a', { admin: 4 })],
      ['drain a true'],
    ],
    ['a weight that was ordered', line('a'), line('a'), [row('web', 'a', { weight: 7 })], ['weight a 1']],
    [
      'a weight that is wanted and runs',
      line('a', ' weight 7'),
      line('a', ' weight 7'),
      [row('web', 'a', { weight: 7 })],
      'nothing',
    ],
    ['a weight that is wanted', line('a'), line('a', ' weight 7'), [row('web', 'a')], ['weight a 7']],
  ];
  test.each(cases)('%s', (_name, onDisk, wanted, rows, expected) => {
    const files = filesOf(block('web', wanted));
    const adopted = { config: `backend web\n${onDisk}`, servers: readRunningServers(rows.join('\n')) };
    const decision = decide(runningFiles(files, adopted).files, files, ALL);
    const summary =
      decision.kind === 'commands'
        ? decision.commands.map((command) =>
            command.kind === 'map'
              ? 'map'
              : [
                  command.kind,
                  typeof command.server === 'string' ? command.server : command.server.name,
                  ...(command.kind === 'drain' ? [command.disabled] : []),
                  ...(command.kind === 'weight' ? [command.weight] : []),
                ].join(' '),
          )
        : decision.kind;
    expect(summary).toEqual(expected);
  });
});

test('a server that was taken out to be deleted is named, and counts as gone', () => {
  const files = filesOf(block('web', line('a')));
  const servers = readRunningServers([row('web', 'a'), row('web', 'old', { admin: 1 })].join('\n'));
  const { files: running, leaving } = runningFiles(files, { config: files.config, servers });
  expect([leaving, decide(running, files, ALL).kind]).toEqual([['web/old'], 'nothing']);
});

test("a weight of the operator's template belongs to the options, and is no change", () => {
  const wanted: Block = {
    ...block('web', ''),
    servers: [serverLine('a', '10.0.0.1:80', 'check weight 7')],
  };
  const adopted = {
    config: 'backend web\n  server a 10.0.0.1:80  check weight 7\n',
    servers: readRunningServers(row('web', 'a', { weight: 7 })),
  };
  expect(decide(runningFiles(filesOf(wanted), adopted).files, filesOf(wanted), ALL).kind).toBe('nothing');
});

test('maps are replaced: what the file says of them may be newer than what runs', () => {
  const files = { ...filesOf(), maps: { hosts: 'a b\n', apps: '' } };
  const { files: running } = runningFiles(files, { config: '', servers: [] });
  expect(decide(running, files, ALL)).toMatchObject({ kind: 'commands' });
});

test('before a reload the backends that run and are wanted get their servers; others wait', () => {
  const wanted = filesOf(
    block('web', line('b')),
    block('fresh', line('c')),
    block('source', line('d'), false),
    block('same', line('e')),
  );
  const config = `backend web\n${line('a')}\nbackend source\n\nbackend same\n${line('e')}`;
  const rows = [row('web', 'a'), row('source', 'x'), row('same', 'e')];
  const changes = changesBeforeReload(wanted, { config, servers: readRunningServers(rows.join('\n')) }, ALL);
  expect(changes.map((list) => list.map(({ kind }) => kind))).toEqual([['add', 'remove']]);
});
