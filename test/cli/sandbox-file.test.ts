import { ApiError } from '../../cli/api';
import { READ_BYTES, SandboxFile } from '../../cli/sandbox-file';

/** Files of an agent by their paths, read by READ_FILE. */
class Files {
  readonly contents = new Map<string, Buffer>();

  set(path: string, text: string): void {
    this.contents.set(path, Buffer.from(text, 'latin1'));
  }

  async json(_method: string, _path: string, call: unknown): Promise<unknown> {
    const { path, offset, length } = (call as { read_file: { path: string; offset: number; length: number } })
      .read_file;
    const content = this.contents.get(path);
    if (!content) throw new ApiError(404, 'The agent answered 404: ');
    const data = content.subarray(offset, offset + Math.min(length, READ_BYTES)).toString('base64');
    return { type: 'READ_FILE', read_file: { size: content.length, data } };
  }
}

describe('SandboxFile', () => {
  let files: Files;
  let file: SandboxFile;
  beforeEach(() => {
    files = new Files();
    file = new SandboxFile(files, 'stdout', 'Task t has no stdout');
  });

  async function news(): Promise<string> {
    const parts: Buffer[] = [];
    for await (const bytes of file.readNew()) parts.push(bytes);
    return Buffer.concat(parts).toString('latin1');
  }

  test('reads what comes, whatever the bytes are', async () => {
    files.set('stdout', '\xff\xfe\x00one');
    expect(await news()).toBe('\xff\xfe\x00one');
    files.set('stdout', `\xff\xfe\x00one${'\xff'.repeat(READ_BYTES)}two`);
    expect(await news()).toBe(`${'\xff'.repeat(READ_BYTES)}two`);
    expect(await news()).toBe('');
  });

  test('goes on with the new file when it was cut off', async () => {
    files.set('stdout', 'a long first text');
    expect(await news()).toBe('a long first text');
    files.set('stdout', 'new');
    expect(await news()).toBe('new');
  });

  test('has the rest of a file that was rotated, and the new one, which may be longer already', async () => {
    files.set('stdout', 'first\n');
    expect(await news()).toBe('first\n');
    files.set('stdout.1', 'first\nrest\n');
    files.set('stdout', 'a new file that is longer\n');
    expect(await news()).toBe('rest\na new file that is longer\n');
    files.set('stdout.1', 'something else that is quite long');
    files.set('stdout', 'third\n');
    expect(await news()).toBe('third\n');
  });

  test('tells that it is not there', async () => {
    await expect(news()).rejects.toThrow('Task t has no stdout');
  });

  const long = 'x'.repeat(READ_BYTES);
  test.each([
    [2, 'a\nb\nc\n', 'b\nc\n'],
    [2, 'a\nb\nc', 'b\nc'],
    [0, 'a\nb\n', ''],
    [5, 'a\nb\n', 'a\nb\n'],
    [1, '\n\n', '\n'],
    [1, '', ''],
    [2, `a\n${long}\n${long}\nb\n`, `${long}\nb\n`],
    [1, `a\n${long}${long}`, `${long}${long}`],
  ])('skips to the last %i lines', async (lines, text, rest) => {
    files.set('stdout', text);
    await file.skipToLast(lines);
    expect(await news()).toBe(rest);
    files.set('stdout', `${text}more`);
    expect(await news()).toBe('more');
  });
});
