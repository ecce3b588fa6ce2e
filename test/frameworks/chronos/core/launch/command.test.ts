import { jobArtifacts, jobProgram } from '../../../../../frameworks/chronos/core/launch/command';
import { jobOf } from '../../jobs';

type Case = readonly [name: string, body: object, text: string, program: object];
const docker = { container: { image: 'busybox' } };
const argv = { shell: false, command: 'echo', arguments: ['a b', 'c'] };

test.each<Case>([
  ['a line for the shell', { command: 'true' }, '', { shell: true, value: 'true' }],
  ['a line with arguments', { command: 'echo' }, 'a b', { shell: true, value: 'echo a b' }],
  [
    'a line with arguments without semicolons',
    { command: 'echo' },
    'a/b;c',
    { shell: true, value: 'echo a/bc' },
  ],
  ['no line for an image', { ...docker }, '', { shell: true, value: undefined }],
  [
    'a program with its arguments, once',
    argv,
    'a b c',
    { shell: false, value: 'echo', arguments: ['echo', 'a b', 'c'] },
  ],
  [
    'the arguments of a manual start',
    argv,
    'x  y',
    { shell: false, value: 'echo', arguments: ['echo', 'x', 'y'] },
  ],
  [
    'a program of a Docker image without its name',
    { ...argv, ...docker },
    'a b c',
    { shell: false, value: 'echo', arguments: ['a b', 'c'] },
  ],
  [
    "arguments of the image's own program",
    { shell: false, arguments: ['a'], ...docker },
    'a',
    { shell: false, value: undefined, arguments: ['a'] },
  ],
  ['a program that is fetched', { command: 'http://h/x/run.sh' }, '', { shell: true, value: '"./run.sh"' }],
  [
    'a program that is fetched, with arguments',
    { command: 'ftp://h/run.sh' },
    '-v',
    { shell: true, value: '"./run.sh" -v' },
  ],
])('a job has %s', (_name, body, text, program) => {
  expect(jobProgram(jobOf(body), text)).toEqual(program);
});

test('artifacts are those of the job, or the program itself', () => {
  const fetch = [{ uri: 'http://h/a', executable: true, cache: true, extract: false, output_file: 'b' }];
  expect(jobArtifacts(jobOf({ command: 'true', fetch }))).toEqual([
    { uri: 'http://h/a', executable: true, cache: true, extract: false, outputFile: 'b' },
  ]);
  expect(jobArtifacts(jobOf({ command: 'true', uris: ['http://h/c'] }))).toMatchObject([
    { uri: 'http://h/c', executable: false, extract: true, cache: false },
  ]);
  expect(jobArtifacts(jobOf({ command: 'https://h/run', fetch }))).toEqual([
    { uri: 'https://h/run', executable: true, extract: true, cache: false },
  ]);
});
