import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgramPlan } from '../../../../cluster/runtime/holder/held-program';
import { ProgramIo } from '../../../../cluster/runtime/holder/program-io';
import { holder, holdIn } from './hold';

const root = mkdtempSync(join(tmpdir(), 'meseta-io-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const held = holder === '' ? describe.skip : describe;

interface Attached {
  readonly io: ProgramIo;
  readonly ended: Promise<void>;
  /** All that the program has written while this one was attached. */
  text(name?: 'stdout' | 'stderr'): string;
}

async function hold(script: string, plan: Partial<ProgramPlan>) {
  const { folder, program, output } = await holdIn(root, script, { plan });
  return { folder, program, file: output };
}

async function attach(folder: string): Promise<Attached> {
  const texts = { stdout: '', stderr: '' };
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const io = await ProgramIo.connect(folder, {
    output: (name, data) => {
      texts[name] += data.toString();
    },
    ended: () => end(),
  });
  return { io, ended, text: (name = 'stdout') => texts[name] };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Looks in a row that find a program asleep, and its output as long as before. */
const LOOKS = 20;

/** Waits until the program that writes to a slow reader sleeps in its write; or has ended. */
async function waitUntilStuck(output: () => string): Promise<void> {
  await until(
    () => existsSync(join(root, 'slow.pid')) && readFileSync(join(root, 'slow.pid'), 'utf8') !== '',
  );
  const status = `/proc/${readFileSync(join(root, 'slow.pid'), 'utf8').trim()}/status`;
  let length = -1;
  let looks = 0;
  await until(() => {
    if (!existsSync(status)) return true;
    const isStuck = /^State:\tS/m.test(readFileSync(status, 'utf8')) && output().length === length;
    length = output().length;
    looks = isStuck ? looks + 1 : 0;
    return looks === LOOKS;
  });
}

held('the input and output of a held program (skipped without a C compiler)', () => {
  it('is held until somebody is attached, and told to the last byte after its end', async () => {
    const { folder, program, file } = await hold('seq 1 20000; echo problem >&2; exit 3', { io: 'wait' });
    const { ended, text } = await attach(folder);
    expect(await program.ended).toEqual({ code: 3 });
    await ended;
    expect(text().trim().split('\n')).toHaveLength(20_000);
    expect(text('stderr')).toBe('problem\n');
    expect(file()).toHaveLength(text().length + text('stderr').length);
  });

  it('takes input and its end through pipes', async () => {
    const { folder, program } = await hold('wc -c', { io: 'wait' });
    const { io, ended, text } = await attach(folder);
    await io.write(Buffer.alloc(300_000, 'x'));
    await io.endInput();
    await ended;
    expect(text().trim()).toBe('300000');
    expect(await program.ended).toEqual({ code: 0 });
  });

  it('of a terminal takes what is typed, and changes its size', async () => {
    const script =
      'trap "stty size; exit 0" WINCH; read line; echo "got $line"; while :; do sleep 0.01; done';
    const { folder, program, file } = await hold(script, { terminal: { rows: 24, columns: 80 } });
    const { io, ended, text } = await attach(folder);
    await io.write(Buffer.from('hello\r'));
    await until(() => text().includes('got hello'));
    await io.resize({ rows: 50, columns: 132 });
    await ended;
    expect(text()).toContain('50 132');
    expect(file()).toBe(text());
    expect(await program.ended).toEqual({ code: 0 });
  });

  it('goes to the one who is attached last', async () => {
    const { folder, program } = await hold('read line; echo "$line"', { terminal: { rows: 0, columns: 0 } });
    const first = await attach(folder);
    const second = await attach(folder);
    await first.ended;
    await second.io.write(Buffer.from('second\r'));
    await second.ended;
    expect(second.text()).toContain('second');
    await program.ended;
  });

  it('waits for a slow reader of a session, and never for one of a terminal', async () => {
    const script = 'echo $$ > slow.pid; exec head -c 1000000 /dev/zero';
    const session = await hold(script, { io: 'wait' });
    const slow = await attach(session.folder);
    slow.io.pause();
    await waitUntilStuck(session.file);
    expect(session.file().length).toBeLessThan(900_000);
    slow.io.resume();
    await slow.ended;
    expect(slow.text()).toHaveLength(1_000_000);

    const terminal = await hold('yes | head -c 1000000', { terminal: { rows: 0, columns: 0 } });
    const stuck = await attach(terminal.folder);
    stuck.io.pause();
    expect(await terminal.program.ended).toEqual({ code: 0 });
    stuck.io.close();
  });

  it('keeps no program that is to be killed', async () => {
    const { program } = await hold('yes', { io: 'wait' });
    program.kill();
    expect(await program.ended).toEqual({ signal: 'SIGKILL' });
  });

  it('does not take a holder that listens for one that has ended', async () => {
    const { folder, program } = await hold('exit 0', { terminal: { rows: 0, columns: 0 } });
    await program.ended;
    // It tells the end of its program somewhat before its own.
    const refusal = (): Promise<unknown> =>
      attach(folder).then(
        ({ io }) => io.close(),
        ({ code }: NodeJS.ErrnoException) => code,
      );
    while ((await refusal()) !== 'ECONNREFUSED') await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await refusal()).toBe('ECONNREFUSED');
  });
});
