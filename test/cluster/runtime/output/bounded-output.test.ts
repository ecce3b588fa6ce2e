import { spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot } from '../../../../cluster/runtime/files/private';
import {
  BoundedOutput,
  EarlierWriters,
  outputWriter,
} from '../../../../cluster/runtime/output/bounded-output';

const writer = outputWriter() ?? '';
const bounded = writer === '' ? describe.skip : describe;
const BOUND = { maxBytes: 4096, olderFiles: 1 };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-output-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script with bounded output; resolves when all is written. */
async function run(script: string, stdout = BOUND, user?: { uid: number; gid: number }): Promise<void> {
  const output = await BoundedOutput.start(writer, { directory: folder, user, stdout, stderr: BOUND });
  const child = spawn('sh', ['-c', script], { cwd: folder, stdio: ['ignore', output.stdout, output.stderr] });
  output.close();
  await new Promise((resolve) => child.once('exit', resolve));
  await output.ended;
}

const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

bounded('bounded output (skipped without a C compiler)', () => {
  it('has both streams, each in its file', async () => {
    await run('echo out; echo err >&2; echo more > /dev/stdout');
    expect([text('stdout'), text('stderr')]).toEqual(['out\nmore\n', 'err\n']);
    expect(statSync(join(folder, 'stdout')).mode & 0o777).toBe(0o640);
  });

  it('moves older text away, and no file grows beyond the bound', async () => {
    await run('i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done', {
      maxBytes: 4096,
      olderFiles: 2,
    });
    expect(readdirSync(folder).sort()).toEqual(['stderr', 'stdout', 'stdout.1', 'stdout.2']);
    for (const name of ['stdout', 'stdout.1', 'stdout.2'])
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(4096);
    const all = text('stdout.2') + text('stdout.1') + text('stdout');
    expect(all.endsWith('line 1998\nline 1999\n')).toBe(true);
    const numbers = [...all.matchAll(/line (\d+)\n/g)].map(([, number]) => Number(number));
    expect(numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1)).toBe(
      true,
    );
  });

  it('keeps no older file when none is wanted', async () => {
    await run('head -c 100000 /dev/zero', { maxBytes: 8192, olderFiles: 0 });
    expect(readdirSync(folder).sort()).toEqual(['stderr', 'stdout']);
    expect(statSync(join(folder, 'stdout')).size).toBeLessThanOrEqual(8192);
  });

  it('goes on with a file that is there, whose size counts', async () => {
    writeFileSync(join(folder, 'stdout'), 'x'.repeat(4000));
    await run('head -c 200 /dev/zero');
    expect([statSync(join(folder, 'stdout.1')).size, statSync(join(folder, 'stdout')).size]).toEqual([
      4000, 200,
    ]);
  });

  it('never writes behind a link that is put in its place', async () => {
    mkdirSync(join(folder, 'other'));
    const secret = join(folder, 'other', 'secret');
    writeFileSync(secret, 'mine');
    symlinkSync(secret, join(folder, 'stdout'));
    await run(
      'echo begin; head -c 5000 /dev/zero; rm stdout; ln -s other/secret stdout; head -c 9000 /dev/zero',
    );
    expect(readFileSync(secret, 'utf8')).toBe('mine');
  });

  it('keeps the bound when a folder is in the way, and drops output when its own folder is gone', async () => {
    await run('rm -f stdout.1; mkdir stdout.1; touch stdout.1/x; head -c 20000 /dev/zero');
    expect(statSync(join(folder, 'stdout')).size).toBeLessThanOrEqual(4096);
    await run(`rm -rf ${folder}; head -c 20000 /dev/zero`);
    expect(existsSync(folder)).toBe(false);
  });

  it('outlives its starter and ends with the last one who writes', async () => {
    const output = await BoundedOutput.start(writer, {
      directory: folder,
      user: undefined,
      stdout: BOUND,
      stderr: BOUND,
    });
    const child = spawn('sh', ['-c', '(sleep 0.2; echo late) & echo early'], {
      stdio: ['ignore', output.stdout, output.stderr],
    });
    output.close();
    await new Promise((resolve) => child.once('exit', resolve));
    await output.ended;
    expect(text('stdout')).toBe('early\nlate\n');
  });

  it('is settled when a busy writer has written, or sleeps while others hold it open', async () => {
    const plan = { directory: folder, user: undefined, stdout: BOUND, stderr: BOUND };
    const output = await BoundedOutput.start(writer, plan);
    process.kill(output.writer, 'SIGSTOP');
    const child = spawn('sh', ['-c', 'sleep 60 & echo $!'], {
      stdio: ['ignore', output.stdout, output.stderr],
    });
    output.close();
    await new Promise((resolve) => child.once('exit', resolve));
    let isSettled = false;
    const settled = output.settle().then(() => {
      isSettled = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(isSettled).toBe(false);
    process.kill(output.writer, 'SIGCONT');
    await settled;
    const holder = Number(text('stdout'));
    expect(holder).toBeGreaterThan(1);
    process.kill(holder, 'SIGKILL');
    await output.ended;
  });

  it('of an earlier run is settled, too', async () => {
    const plan = { directory: folder, user: undefined, stdout: BOUND, stderr: BOUND };
    const output = await BoundedOutput.start(writer, plan);
    writeFileSync(output.stdout, 'last');
    process.kill(output.writer, 'SIGSTOP');
    output.close();
    setTimeout(() => process.kill(output.writer, 'SIGCONT'), 1500);
    const earlier = new EarlierWriters();
    await earlier.settle(folder);
    expect(text('stdout')).toBe('last');
    await earlier.settle(folder);
    await output.ended;
  });

  it('tells why it cannot begin', async () => {
    const plan = { directory: join(folder, 'none'), user: undefined, stdout: BOUND, stderr: BOUND };
    await expect(BoundedOutput.start(writer, plan)).rejects.toThrow(/none: No such file or directory/);
    await expect(BoundedOutput.start(join(folder, 'none'), plan)).rejects.toThrow('ENOENT');
  });

  const itAsRoot = isRoot() ? it : it.skip;
  itAsRoot('makes the files of the user', async () => {
    chownSync(folder, 1234, 1234);
    await run('head -c 6000 /dev/zero', BOUND, { uid: 1234, gid: 1234 });
    expect(['stdout', 'stdout.1', 'stderr'].map((name) => statSync(join(folder, name)).uid)).toEqual([
      1234, 1234, 1234,
    ]);
  });
});
