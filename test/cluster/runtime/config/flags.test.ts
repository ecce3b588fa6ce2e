import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bytes,
  choice,
  document,
  duration,
  integer,
  list,
  parseFlags,
  path,
  port,
  requiredText,
  text,
  toggle,
  UsageError,
  withEnvironment,
} from '../../../../cluster/runtime/config/flags';
import { flagReference, printFlags } from '../../../../cluster/runtime/config/print-flags';

const TABLE = {
  name: text({ help: 'A name.', env: 'T_NAME' }),
  zone: text({ help: 'A zone.', fallback: 'mesos' }),
  level: choice({ help: 'How much.', words: ['low', 'high'], fallback: 'low', env: 'T_LEVEL' }),
  count: integer({ help: 'How many.', min: -1, max: 10, fallback: 3, env: 'T_COUNT' }),
  limit: integer({ help: 'At most.', min: 0, max: 10, fallback: undefined }),
  port: port({ help: 'Where.', fallback: 5050 }),
  pause: duration({ help: 'How long.', fallback: 15_000, fallbackText: '15secs' }),
  strict_mode: toggle({ help: 'Strictly.', fallback: false, env: 'T_STRICT' }),
  checkpoint: toggle({ help: 'Keep.', fallback: true }),
  group: list({ help: 'Groups.' }),
  token: text({ help: 'A secret.', secret: true, env: 'T_TOKEN' }),
  pin: integer({ help: 'A secret number.', min: 0, max: 9999, fallback: 1234, secret: true }),
};

function parse(args: readonly string[], env: Record<string, string> = {}) {
  return parseFlags(TABLE, { command: 'meseta test', about: 'Tests.', args, env }).flags;
}

function refusal(args: readonly string[], env: Record<string, string> = {}): string {
  try {
    parse(args, env);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'was accepted';
}

describe('flags', () => {
  it('have defaults', () => {
    expect(parse([])).toEqual({
      name: undefined,
      zone: 'mesos',
      level: 'low',
      count: 3,
      limit: undefined,
      port: 5050,
      pause: 15_000,
      strict_mode: false,
      checkpoint: true,
      group: [],
      token: undefined,
      pin: 1234,
    });
  });

  it.each<[string[], Partial<ReturnType<typeof parse>>]>([
    [['--name=a b'], { name: 'a b' }],
    [['--name', 'x', '--name', 'y'], { name: 'y' }],
    [['--zone', ''], { zone: '' }],
    [['--level=high'], { level: 'high' }],
    [['--count', '-1'], { count: -1 }],
    [['--limit=10'], { limit: 10 }],
    [['--port=0'], { port: 0 }],
    [['--pause=2mins'], { pause: 120_000 }],
    [['--strict_mode'], { strict_mode: true }],
    [['--strict_mode=true'], { strict_mode: true }],
    [['--strict_mode=1'], { strict_mode: true }],
    [['--strict_mode=false'], { strict_mode: false }],
    [['--checkpoint=0'], { checkpoint: false }],
    [['--no-checkpoint'], { checkpoint: false }],
    [['--disable_checkpoint'], { checkpoint: false }],
    [['--no-checkpoint', '--checkpoint'], { checkpoint: true }],
    [['--group=a', '--group', 'b'], { group: ['a', 'b'] }],
  ])('read %j', (args, expected) => {
    expect(parse(args)).toMatchObject(expected);
  });

  it.each([
    [['--level=mid'], '--level: "mid" cannot be used: expected one of low, high'],
    [['--count=11'], '--count: "11" cannot be used: expected a whole number from -1 to 10'],
    [['--count=1.5'], '--count: "1.5" cannot be used: expected a whole number from -1 to 10'],
    [['--count='], '--count: "" cannot be used: expected a whole number from -1 to 10'],
    [['--port=65536'], '--port: "65536" cannot be used: expected a whole number from 0 to 65535'],
    [
      ['--pause=15'],
      '--pause: "15" cannot be used: expected a duration such as 15secs, 500ms, 10mins or 2weeks',
    ],
    [
      ['--pause=-1secs'],
      '--pause: "-1secs" cannot be used: expected a duration such as 15secs, 500ms, 10mins or 2weeks',
    ],
    [['--strict_mode=perhaps'], '--strict_mode: "perhaps" cannot be used: expected true or false'],
  ])('refuse %j and say what is expected', (args, message) => {
    expect(refusal(args)).toBe(message);
  });

  it('suggest the nearest known flag for an unknown one', () => {
    expect(refusal(['--prot=1'])).toBe(
      "unknown option '--prot=1'\n(Did you mean --port?)\nSee 'meseta test --help'.",
    );
    expect(refusal(['--nothing-like-it'])).toContain("unknown option '--nothing-like-it'");
  });

  it('refuse a flag without its value, and words that belong to none', () => {
    expect(refusal(['--name'])).toContain("option '--name <TEXT>' argument missing");
    expect(refusal(['stray'])).toContain('too many arguments');
  });

  it('take the command line before the environment before the default', () => {
    const env = { T_NAME: 'env', T_LEVEL: 'high', T_COUNT: '5', T_STRICT: 'true' };
    expect(parse([], env)).toMatchObject({ name: 'env', level: 'high', count: 5, strict_mode: true });
    expect(parse(['--name=line', '--no-strict_mode'], env)).toMatchObject({
      name: 'line',
      strict_mode: false,
      count: 5,
    });
    expect(refusal([], { T_COUNT: 'many' })).toContain('T_COUNT (--count): "many" cannot be used');
    expect(refusal(['--count=1'], { T_COUNT: 'many' })).toBe('was accepted');
  });

  it('must be given when they are required', () => {
    const table = { master: requiredText({ help: 'Where the master is.', env: 'T_MASTER' }) };
    const options = { command: 'meseta agent', about: '', args: [], env: {} };
    expect(() => parseFlags(table, options)).toThrow(
      "--master is missing: Where the master is.\nSee 'meseta agent --help'.",
    );
    const parsed = parseFlags(table, { ...options, env: { T_MASTER: 'h:1' } });
    expect(parsed.flags).toEqual({ master: 'h:1' });
  });

  it('hand out positional arguments', () => {
    const table = { json: toggle({ help: 'As JSON.', fallback: false }) };
    const options = { command: 'meseta app show', about: '', env: {}, positionals: ['id', '[task]'] };
    const read = (...args: string[]) => parseFlags(table, { ...options, args });
    expect(read('a', '--json').positionals).toEqual(['a']);
    expect(read('a', 'b')).toEqual({ flags: { json: false }, positionals: ['a', 'b'] });
    expect(() => read()).toThrow("missing required argument 'id'");
  });
});

describe('flags from files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-flags-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are read without the blanks around, also in a list and from the environment', () => {
    const path = join(folder, 'value');
    writeFileSync(path, ' from a file\n');
    expect(parse([`--name=file://${path}`, `--group=file://${path}`])).toMatchObject({
      name: 'from a file',
      group: ['from a file'],
    });
    expect(parse([], { T_TOKEN: `file://${path}` }).token).toBe('from a file');
  });

  it('that are not there are refused with the flag and the path', () => {
    const missing = `file://${join(folder, 'missing')}`;
    const message = refusal([`--name=${missing}`]);
    expect(message).toContain(`--name: "${missing}" cannot be used: cannot read the file`);
    expect(message).toContain('no such file');
  });
});

describe('secrets', () => {
  it('are not shown, neither when right nor when wrong', () => {
    expect(refusal(['--pin=hunter2'])).toBe(
      '--pin: the value cannot be used: expected a whole number from 0 to 9999',
    );
    const shown = printFlags(TABLE, parse(['--token=hunter2', '--pin=4711']));
    expect(shown).toMatchObject({ token: '***', pin: '***' });
    expect(JSON.stringify(shown)).not.toMatch(/hunter2|4711/);
  });

  it('hides the credentials of URLs in any flag', () => {
    expect(printFlags(TABLE, parse(['--zone=http://me:secret@host/,https://you@other']))).toMatchObject({
      zone: 'http://***@host/,https://***@other',
    });
  });
});

describe('the texts of a table', () => {
  it('print values as text and leave out what is not set', () => {
    expect(printFlags(TABLE, parse(['--group=a', '--group=b']))).toEqual({
      zone: 'mesos',
      level: 'low',
      count: '3',
      port: '5050',
      pause: '15secs',
      strict_mode: 'false',
      checkpoint: 'true',
      group: 'a b',
      pin: '***',
    });
  });

  it('have help with every flag, its default and its variable, and no switches to turn off', () => {
    const { help = '' } = parseFlags(TABLE, {
      command: 'meseta test',
      about: 'Tests things.',
      args: ['--help'],
      env: {},
    });
    expect(help).toContain('Usage: meseta test');
    expect(help).toContain('Tests things.');
    for (const name of Object.keys(TABLE)) expect(help).toContain(`--${name}`);
    expect(help.replace(/\s+/g, ' ')).toContain('How long. (default 15secs)');
    expect(help.replace(/\s+/g, ' ')).toContain('How many. (default 3, env T_COUNT)');
    expect(help).not.toContain('--disable_');
  });

  it('give help even when something required is missing', () => {
    const table = { master: requiredText({ help: 'Where.' }) };
    const parsed = parseFlags(table, { command: 'x', about: '', args: ['--help'], env: {} });
    expect(parsed.help).toContain('Where. (required)');
  });

  it('have a reference table', () => {
    const lines = flagReference(TABLE).split('\n');
    expect(lines).toHaveLength(2 + Object.keys(TABLE).length);
    expect(lines).toContain('| `--count` | `3` | `T_COUNT` | How many. |');
    expect(lines).toContain('| `--name` |  | `T_NAME` | A name. |');
  });
});

describe('flags of the originals', () => {
  const table = withEnvironment('MESOS_', {
    size: bytes({ help: 'a size', fallback: 2048, fallbackText: '2KB' }),
    time: duration({ help: 'a time', fallback: 15_000, fallbackText: '15secs' }),
    place: path({ help: 'a file' }),
    rules: document({ help: 'JSON' }),
    on: toggle({ help: 'a switch', fallback: true }),
  });
  const read = (args: string[], env: Record<string, string> = {}) =>
    parseFlags(table, { command: 'x', about: '', args, env }).flags;

  it.each([
    ['4096B', 4096],
    ['64kb', 65_536],
    ['2GB', 2 ** 31],
    ['1TB', 2 ** 40],
  ])('take %s as a number of bytes', (text, expected) => {
    expect(read([`--size=${text}`]).size).toBe(expected);
  });

  it.each(['1.5GB', '12', 'GB', '-1B', '1XB'])('refuse %s as a number of bytes', (text) => {
    expect(() => read([`--size=${text}`])).toThrow('expected a whole number of bytes such as');
  });

  it('come from the environment, and any of them from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'meseta-flags-'));
    const file = join(folder, 'value');
    writeFileSync(file, '30secs\n');
    expect(read([], { MESOS_TIME: '1mins', MESOS_ON: 'false' })).toMatchObject({ time: 60_000, on: false });
    expect(read([`--time=file://${file}`]).time).toBe(30_000);
    expect(read([`--place=file://${file}`, '--no-on'])).toMatchObject({ place: file, on: false });
    for (const value of [file, `file://${file}`]) expect(read([`--rules=${value}`]).rules).toBe('30secs');
    expect(read(['--rules={}']).rules).toBe('{}');
    rmSync(folder, { recursive: true });
  });

  it('are shown in their units', () => {
    expect(printFlags(table, read(['--size=3MB', '--time=2mins']))).toEqual({
      size: '3MB',
      time: '2mins',
      on: 'true',
    });
  });
});

describe('switches before other arguments', () => {
  const table = {
    follow: toggle({ help: 'Go on.', fallback: false, short: 'f' }),
    input: toggle({ help: 'Input.', fallback: false, short: 'i' }),
    user: text({ help: 'Who.', short: 'u' }),
  };
  const read = (passThrough: boolean, ...args: readonly string[]) => {
    const positionals = ['task', '[command...]'];
    const parsed = parseFlags(table, { command: 'c', about: '', args, env: {}, positionals, passThrough });
    return [parsed.flags.follow, parsed.flags.input, parsed.flags.user, ...parsed.positionals];
  };

  it.each<[readonly string[], readonly unknown[]]>([
    [
      ['-f', 'T'],
      [true, false, undefined, 'T'],
    ],
    [
      ['--follow', 'T'],
      [true, false, undefined, 'T'],
    ],
    [
      ['--follow', 'false', 'T'],
      [false, false, undefined, 'T'],
    ],
    [
      ['-if', '-u', 'bob', 'T'],
      [true, true, 'bob', 'T'],
    ],
    [
      ['T', '--follow'],
      [true, false, undefined, 'T'],
    ],
    [
      ['--no-follow', 'T'],
      [false, false, undefined, 'T'],
    ],
  ])('%j take no other word for their value', (args, values) => {
    expect(read(false, ...args)).toEqual(values);
  });

  it('leave the arguments of another command as they are', () => {
    expect(read(true, '-fi', 'T', 'ls', '-f', '--help', '--', 'x')).toEqual([
      ...[true, true, undefined],
      ...['T', 'ls', '-f', '--help', '--', 'x'],
    ]);
    expect(read(true, '--user', 'bob', 'T', '--', 'ls')).toEqual([false, false, 'bob', 'T', '--', 'ls']);
    const options = { command: 'c', about: '', env: {}, positionals: ['task'], passThrough: true };
    expect(parseFlags(table, { ...options, args: ['--help', 'T'] }).help).toContain('--follow');
  });
});
