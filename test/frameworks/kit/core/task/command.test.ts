import { type CommandParts, commandInfo, shellQuoted } from '../../../../../frameworks/kit/core/task/command';

const NOTHING: CommandParts = { artifacts: [], environment: [], shell: true };
const EMPTY = { environment: { variables: [] } };
const ARTIFACT = { uri: 'http://a/b.tgz', extract: true, executable: false, cache: false };

test.each<[name: string, parts: Partial<CommandParts>, command: object]>([
  ['a shell line', { value: 'true' }, { ...EMPTY, shell: true, value: 'true' }],
  [
    'a program with its arguments',
    { shell: false, value: 'a', arguments: ['a', 'b'] },
    { ...EMPTY, shell: false, value: 'a', arguments: ['a', 'b'] },
  ],
  ["the image's own program", { shell: false, arguments: [] }, { ...EMPTY, shell: false }],
  ['a user', { user: 'u' }, { ...EMPTY, shell: true, user: 'u' }],
  [
    'artifacts',
    { artifacts: [ARTIFACT, { ...ARTIFACT, outputFile: 'b' }] },
    {
      ...EMPTY,
      shell: true,
      uris: [
        { value: 'http://a/b.tgz', extract: true, executable: false, cache: false },
        { value: 'http://a/b.tgz', extract: true, executable: false, cache: false, output_file: 'b' },
      ],
    },
  ],
])('a command has %s', (_name, parts, command) => {
  expect(commandInfo({ ...NOTHING, ...parts })).toEqual(command);
});

test('a text is one word of a shell, also with quotes', () => {
  expect(shellQuoted("it's")).toBe("'it'\\''s'");
});
