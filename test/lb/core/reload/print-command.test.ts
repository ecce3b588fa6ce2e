import type { Command } from '../../../../lb/core/reload/decide-reload';
import {
  printCommand,
  printPutBack,
  readFailures,
  type ServerCommand,
  withoutUsedIds,
} from '../../../../lb/core/reload/print-command';
import { serverLine } from '../../builders';

const server = serverLine('a', '10.0.0.1:1', 'check inter 2s', { id: 7 });
const add: Extract<Command, { kind: 'add' }> = { kind: 'add', backend: 'web', server };

const printed: readonly [string, ServerCommand, string[]][] = [
  [
    'a server with a health check comes',
    add,
    [
      'add server web/a 10.0.0.1:1 id 7 check inter 2s',
      'enable health web/a',
      'set server web/a state ready',
    ],
  ],
  [
    'a drained server of some weight comes',
    { ...add, server: serverLine('a', '[::1]:1', '', { weight: 3, draining: true }) },
    ['add server web/a [::1]:1 weight 3'],
  ],
  ['a server leaves', { ...add, kind: 'remove' }, ['set server web/a state maint']],
  [
    'a server is drained',
    { kind: 'drain', backend: 'web', server: 'a', disabled: true },
    ['set server web/a state maint'],
  ],
  [
    'a server is put back',
    { kind: 'drain', backend: 'web', server: 'a', disabled: false },
    ['set server web/a state ready'],
  ],
  ['a weight', { kind: 'weight', backend: 'web', server: 'a', weight: 9 }, ['set server web/a weight 9']],
];
test.each(printed)('%s', (_about, command, lines) => {
  expect(printCommand(command)).toEqual(lines);
});

test('a server that is put back gets its weight and takes requests', () => {
  expect(printPutBack(add)).toEqual(['set server web/a weight 1', 'set server web/a state ready']);
});

test.each([
  ['a name', { name: 'a;b' }],
  ['a name', { name: 'a b' }],
  ['options', { options: 'check;del server web/b' }],
  ['options', { options: 'check\ndel server web/b' }],
])('%s cannot begin another command', (_about, more) => {
  expect(() => printCommand({ ...add, server: { ...server, ...more } })).toThrow('not the');
});

const USED = "'id' : custom id 7 already used at (null):0 ('server web/c').";

describe('a server whose id another one has', () => {
  const other: ServerCommand = { ...add, server: { ...server, name: 'b', id: 8 } };
  const again = (answer: string): ServerCommand[] | undefined =>
    withoutUsedIds([add, other, { ...add, kind: 'remove' }], readFailures(answer));

  test('comes without the id, and no other server comes twice', () => {
    expect(again(`${USED}\nNo such server.\n\nNew server registered.\n`)).toEqual([
      { ...add, server: { ...server, id: undefined } },
    ]);
  });

  test('does not hide other failures', () => {
    expect(again(`${USED}\nAlready exists a server with the same name.\n`)).toBeUndefined();
    expect(again('No such server.\n')).toBeUndefined();
    expect(again('\n')).toBeUndefined();
  });
});
