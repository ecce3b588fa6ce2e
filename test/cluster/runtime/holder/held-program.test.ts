import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { HeldProgram, type ProgramPlan } from '../../../../cluster/runtime/holder/held-program';
import { canMount, SmallDisk } from '../small-disk';
import { type Held, holder, holdIn } from './hold';

const root = mkdtempSync(join(tmpdir(), 'meseta-held-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const held = holder === '' ? describe.skip : describe;
const asRoot = process.getuid?.() === 0 ? it : it.skip;

const hold = (script: string, plan: Partial<ProgramPlan> = {}, folder?: string): Promise<Held> =>
  holdIn(root, script, { plan, ...(folder !== undefined && { folder }) });

/** The processes that have this text in their command line. */
function processesOf(text: string): string[] {
  try {
    return execFileSync('pgrep', ['-f', text], { encoding: 'utf8' }).trim().split('\n');
  } catch {
    return [];
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

held('a held program (skipped without a C compiler)', () => {
  it.each([
    ['exit 0', { code: 0 }],
    ['exit 137', { code: 137 }],
    ['kill -9 $$', { signal: 'SIGKILL' }],
    ['kill -TERM $$', { signal: 'SIGTERM' }],
  ])('that runs `%s` ends with %j, told and kept', async (script, end) => {
    const { program, folder } = await hold(script);
    expect(await program.ended).toEqual(end);
    expect(await HeldProgram.adopt(folder)?.ended).toEqual(end);
  });

  (canMount ? describe : describe.skip)('on a full disk (skipped without root)', () => {
    let disk: SmallDisk;
    beforeEach(() => {
      disk = SmallDisk.mount(mkdtempSync(join(root, 'disk-')), { size: '64k' });
    });
    afterEach(() => disk.unmount());

    it('has its end kept', async () => {
      const script = 'trap "exit 7" TERM; echo ready; while :; do sleep 0.01; done';
      const { program, output } = await hold(script, {}, disk.folder);
      await until(() => output() !== '');
      disk.fill();
      program.terminate();
      expect(await program.ended).toEqual({ code: 7 });
      expect(await HeldProgram.adopt(disk.folder)?.ended).toEqual({ code: 7 });
    });

    it('is not started, since nobody would find it again', async () => {
      disk.fill();
      await expect(hold('exit 0', {}, disk.folder)).rejects.toMatchObject({ code: 'ENOSPC' });
    });
  });

  it('has its environment, folder, umask and arguments, and nothing of ours', async () => {
    const { program, output } = await hold('env | grep -v ^_= | sort; pwd; umask; echo "$0"', {
      environment: { PATH: '/usr/bin:/bin', LD_PRELOAD_OF_NOBODY: 'x y', EMPTY: '' },
      umask: 0o27,
      arguments: ['named', '-c', 'env | grep -Ev "^(_|PWD)=" | sort; pwd; umask; echo "$0"'],
    });
    await program.ended;
    expect(output().split('\n')).toEqual([
      'EMPTY=',
      'LD_PRELOAD_OF_NOBODY=x y',
      'PATH=/usr/bin:/bin',
      root,
      '0027',
      'named',
      '',
    ]);
  });

  asRoot('has all of the groups of its user, however many', async () => {
    const groups = Array.from({ length: 600 }, (_, index) => 1000 + index);
    const { program, output } = await hold('grep ^Groups: /proc/self/status', {
      user: { uid: 65534, gid: 65534, groups },
      directory: '/',
    });
    expect(await program.ended).toEqual({ code: 0 });
    expect(output().trim().split(/\s+/).slice(1).map(Number)).toEqual(groups);
  });

  asRoot('is not started with more groups than the kernel takes', async () => {
    const groups = Array.from({ length: 65537 }, (_, index) => index + 1);
    const user = { uid: 65534, gid: 65534, groups };
    await expect(hold('exit 0', { user })).rejects.toMatchObject({ code: 'EINVAL' });
  });

  it('with a terminal has all of its output copied', async () => {
    const { program, output } = await hold('stty -opost; seq 100000; exit 3', {
      terminal: { rows: 0, columns: 0 },
    });
    expect(await program.ended).toEqual({ code: 3 });
    expect(output()).toBe(Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join(''));
  });

  it.each([
    ['pipe', stoppedPipe],
    ['socket', stoppedSocket],
  ])(
    'with a terminal is killed though nobody reads the %s that it is copied to',
    async (_kind, open) => {
      const reader = open();
      try {
        const { program } = await hold('yes', { terminal: { rows: 0, columns: 0 }, stdout: reader.file });
        await new Promise((resolve) => setTimeout(resolve, 200));
        program.kill();
        expect(await program.ended).toEqual({ signal: 'SIGKILL' });
      } finally {
        await reader.read();
      }
    },
    20_000,
  );

  it('with a terminal goes on when its output is read again, and loses none', async () => {
    const reader = stoppedPipe();
    const { program } = await hold('stty -opost; seq 50000', {
      terminal: { rows: 0, columns: 0 },
      stdout: reader.file,
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const text = reader.read();
    expect(await program.ended).toEqual({ code: 0 });
    expect(await text).toBe(Array.from({ length: 50_000 }, (_, index) => `${index + 1}\n`).join(''));
  });

  it('has no signal ignored that its holder ignores', async () => {
    const { program, output } = await hold('grep ^SigIgn /proc/self/status');
    await program.ended;
    expect(output()).toBe('SigIgn:\t0000000000000000\n');
  });

  it('that cannot be executed is an error with its code, and nothing runs', async () => {
    await expect(hold('', { file: '/nowhere/at-all' })).rejects.toMatchObject({
      message: 'spawn /nowhere/at-all ENOENT',
      code: 'ENOENT',
    });
    await expect(hold('', { file: '/etc/passwd' })).rejects.toMatchObject({ code: 'EACCES' });
    await expect(hold('', { directory: join(root, 'gone') })).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(hold('', { environment: { A: 'a\0B=b' } })).rejects.toThrow(
      'a zero byte in "A=a\\u0000B=b"',
    );
  });

  it('whose holder cannot be executed is an error, too', async () => {
    const plan = {
      file: 'sh',
      arguments: [],
      environment: {},
      directory: root,
      umask: 0,
      stdout: 1,
      stderr: 2,
    };
    await expect(HeldProgram.start('/nowhere/holder', root, plan)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves no process behind, though one has left its session', async () => {
    const { program } = await hold('setsid sleep 98761 & sleep 98762 & exec sh -c "exit 4"');
    expect(await program.ended).toEqual({ code: 4 });
    expect(processesOf('sleep 9876[12]')).toEqual([]);
  });

  it('is asked to end with all of its processes, and is killed when it does not listen', async () => {
    const polite = await hold('trap "exit 7" TERM; echo polite; while :; do sleep 0.01; done');
    await until(() => polite.output() === 'polite\n');
    polite.program.terminate();
    expect(await polite.program.ended).toEqual({ code: 7 });
    const deaf = await hold('trap "" TERM; echo deaf; while :; do sleep 0.01; done');
    await until(() => deaf.output() === 'deaf\n');
    deaf.program.terminate();
    deaf.program.kill();
    expect(await deaf.program.ended).toEqual({ signal: 'SIGKILL' });
    deaf.program.kill();
  });

  it.each(['terminate', 'kill'] as const)(
    'does not go on when %s has ended what it waits for',
    async (act) => {
      for (let round = 0; round < 20; round++) {
        const { program, output } = await hold('echo waits; sleep 98765; echo goes on; sleep 98765');
        await until(() => output() !== '');
        program[act]();
        expect(await program.ended).toEqual({ signal: act === 'kill' ? 'SIGKILL' : 'SIGTERM' });
        expect(output()).toBe('waits\n');
      }
    },
  );

  it('gets any signal, with all of its processes', async () => {
    const { program, output } = await hold('trap "exit 5" USR2; echo waits; while :; do sleep 0.01; done');
    await until(() => output() !== '');
    expect(program.processes()).toContain(program.pid);
    program.signal('SIGUSR2');
    expect(await program.ended).toEqual({ code: 5 });
    expect(program.processes()).toEqual([]);
    expect(() => program.signal('SIGSYS')).toThrow('SIGSYS cannot be sent');
  });

  it('is what its starter has made, and not the starter', async () => {
    const pidFile = join(root, 'pid');
    const { program, folder } = await hold(`sh -c 'sleep 0.1; exit 6' & echo $! > ${pidFile}`, { pidFile });
    expect(program.pid).toBe(Number(readFileSync(pidFile, 'utf8')));
    expect(await program.ended).toEqual({ code: 6 });
    expect(await HeldProgram.adopt(folder)?.ended).toEqual({ code: 6 });
  });

  it('is refused by a starter that fails, and what that began is gone', async () => {
    const starting = hold('sleep 98766 & exit 3', { pidFile: join(root, 'no-pid') });
    await expect(starting).rejects.toThrow('sh ended with status 3');
    expect(processesOf('sleep 98766')).toEqual([]);
  });

  it('outlives the process that started it, and a later one adopts it and learns its end', async () => {
    const { folder } = await startedByOther('sleep 0.3; exit 9');
    const adopted = HeldProgram.adopt(folder);
    expect(adopted?.pid).toBeGreaterThan(1);
    expect(await adopted?.ended).toEqual({ code: 9 });
  });

  it('can be killed by a later process', async () => {
    const { folder } = await startedByOther('sleep 98763');
    const adopted = HeldProgram.adopt(folder);
    adopted?.kill();
    expect(await adopted?.ended).toEqual({ signal: 'SIGKILL' });
    expect(processesOf('sleep 98763')).toEqual([]);
  });

  it('can be adopted and killed even if its pipe was cleaned up', async () => {
    const { folder } = await startedByOther('sleep 98762');
    rmSync(join(folder, 'alive'));
    const adopted = HeldProgram.adopt(folder);
    adopted?.kill();
    expect(await adopted?.ended).toEqual({ signal: 'SIGKILL' });
  });

  it('ends with its holder, and its end is not known then', async () => {
    const { program, folder } = await hold('exec sleep 98764');
    const [pid = ''] = readFileSync(join(folder, 'processes'), 'utf8').split(' ');
    process.kill(Number(pid), 'SIGKILL');
    expect(await program.ended).toEqual({ lost: true });
    await until(() => processesOf('sleep 98764').length === 0);
    expect(await HeldProgram.adopt(folder)?.ended).toEqual({ lost: true });
  });

  it('has no file that its starter has left open to all', async () => {
    const folder = mkdtempSync(join(root, 'files-'));
    const texts = [
      '-1',
      '-1',
      '22',
      '',
      root,
      '',
      '',
      '',
      '',
      '',
      '',
      '0',
      'sh',
      '3',
      'sh',
      '-c',
      'ls /proc/$$/fd',
      '1',
      'PATH=/usr/bin:/bin',
    ];
    const child = spawn('sh', ['-c', 'exec 7</dev/null; exec "$0" "$1"', holder, folder], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe'],
    });
    const [, output, , plan] = child.stdio as unknown as [null, Readable, null, Writable];
    plan.end(texts.map((text) => `${text}\0`).join(''));
    const chunks: Buffer[] = [];
    for await (const chunk of output) chunks.push(chunk as Buffer);
    expect(
      Buffer.concat(chunks)
        .toString()
        .split('\n')
        .filter((name) => Number(name) > 2 && Number(name) < 10),
    ).toEqual([]);
  });

  it('cannot open the files of an init, not even as a process of the same user', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meseta-init-'));
    try {
      const file = join(folder, 'holder');
      copyFileSync(holder, file);
      chmodSync(file, 0o755);
      chmodSync(folder, 0o755);
      const told = openSync(join(folder, 'told'), 'w');
      chmodSync(join(folder, 'told'), 0o666);
      const script = 'echo false > /proc/$PPID/fd/3; cat /proc/$PPID/mem; exit 0';
      const child = spawn(file, ['--init', '/bin/sh', 'sh', '-c', script], {
        stdio: ['ignore', 'ignore', 'pipe', told],
        ...(process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}),
      });
      closeSync(told);
      const chunks: Buffer[] = [];
      for await (const chunk of child.stderr as Readable) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).toString()).toMatch(
        /fd\/3: Permission denied\n.*mem: Permission denied\n$/s,
      );
      // Why it could not start, which is 0, and how it ended, which is 0, too.
      expect(readFileSync(join(folder, 'told'))).toEqual(Buffer.alloc(8));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is nowhere where none was started', () => {
    expect(HeldProgram.adopt(root)).toBeUndefined();
  });
});

let pipes = 0;

/** A pipe that is not read before `read`, which yields all that was written to it. */
function stoppedPipe(): { readonly file: number; read(): Promise<string> } {
  const path = join(root, `pipe-${pipes++}`);
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const file = openSync(path, 'w');
  const read = async (): Promise<string> => {
    closeSync(file);
    const chunks: Buffer[] = [];
    for await (const chunk of new Socket({ fd: reader, writable: false })) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };
  return { file, read };
}

/** A socket whose other end nobody reads: that of a process which sleeps. */
function stoppedSocket(): { readonly file: number; read(): unknown } {
  const child = spawn('sleep', ['60'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const { fd } = (child.stdin as unknown as { readonly _handle: { readonly fd: number } })._handle;
  return { file: fd, read: () => child.kill('SIGKILL') };
}

/** Starts a program from another process, which ends at once by a signal. */
async function startedByOther(script: string): Promise<{ folder: string }> {
  const folder = mkdtempSync(join(root, 'other-'));
  const texts = [
    '-1',
    '-1',
    '22',
    '',
    root,
    '',
    '',
    '',
    '',
    '',
    '',
    '0',
    'sh',
    '3',
    'sh',
    '-c',
    script,
    '1',
    'PATH=/usr/bin:/bin',
  ];
  const plan = JSON.stringify(texts.map((text) => `${text}\0`).join(''));
  const code = `
    const child = require('child_process').spawn(${JSON.stringify(holder)}, [${JSON.stringify(folder)}],
      { detached: true, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    child.stdio[3].end(${plan});
    child.stdio[4].once('data', () => process.kill(process.pid, 'SIGKILL'));`;
  try {
    execFileSync(process.execPath, ['-e', code]);
  } catch {
    // It has killed itself.
  }
  return { folder };
}
