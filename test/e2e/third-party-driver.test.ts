import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';

jest.setTimeout(60_000);

/** With the versions of go.sum; without Go, or without its module proxy, this is skipped. */
const SOURCE = join(__dirname, '..', 'third-party', 'mesos-go');
const BUILD_MS = 180_000;
const folder = mkdtempSync(join(tmpdir(), 'meseta-driver-'));
const binary = join(folder, 'driver');
const built = spawnSync('go', ['build', '-mod=readonly', '-o', binary, '.'], {
  cwd: SOURCE,
  timeout: BUILD_MS,
});
const isBuilt = built.status === 0;
if (!isBuilt) rmSync(folder, { recursive: true, force: true });
const whenBuilt = isBuilt ? describe : describe.skip;

/** One process of the scheduler in test/third-party/mesos-go. */
class GoDriver {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;

  constructor(master: string, args: readonly string[]) {
    this.child = spawn(binary, ['-logtostderr', `-master=${master}`, ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let rest = '';
    this.child.stdout?.on('data', (chunk: Buffer) => {
      const [last = '', ...whole] = (rest + chunk.toString()).split('\n').reverse();
      rest = last;
      this.lines.push(...whole.reverse());
    });
  }

  /** The rest of the first line that starts so. */
  line(start: string): Promise<string> {
    return eventually(`a line ${start} after ${this.lines.join(', ')}`, () => {
      const found = this.lines.find((line) => `${line} `.startsWith(`${start} `));
      return found === undefined ? undefined : found.slice(start.length).trim() || start;
    });
  }

  say(word: 'kill' | 'stop'): void {
    this.child.stdin?.write(`${word}\n`);
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}

whenBuilt("a scheduler built with mesos-go's v0 driver", () => {
  const machine = new OneMachine();
  const drivers: GoDriver[] = [];
  let place = '';

  const start = (...args: string[]): GoDriver => {
    const secret = join(folder, 'secret');
    const driver = new GoDriver(place, ['-principal=ann', `-secret=${secret}`, ...args]);
    drivers.push(driver);
    return driver;
  };

  beforeAll(async () => {
    writeFileSync(join(folder, 'secret'), 'right', { mode: 0o600 });
    const credentials = join(folder, 'credentials');
    const known = [{ principal: 'ann', secret: 'right' }];
    writeFileSync(credentials, JSON.stringify({ credentials: known }), { mode: 0o600 });
    const master = await machine.startMaster(['--authenticate_frameworks', `--credentials=${credentials}`]);
    place = `127.0.0.1:${master.http.port}`;
    await machine.startAgent('one', ['--resources=cpus:2;mem:512;disk:1000']);
  });

  afterAll(async () => {
    for (const driver of drivers) driver.end();
    await machine.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const frameworks = async () => {
    const page = (await (await fetch(`http://${place}/frameworks`)).json()) as {
      frameworks: { name: string; principal: string; connected: boolean; completed_tasks: object[] }[];
    };
    return page.frameworks;
  };

  it('shows who it is, launches, asks, is taken over by another one, which kills and ends', async () => {
    const first = start();
    const [id = ''] = (await first.line('registered')).split(' ');
    await first.line('update from-go TASK_RUNNING');
    await first.line('reconciled from-go TASK_RUNNING');
    expect(await frameworks()).toMatchObject([{ name: 'mesos-go', principal: 'ann', connected: true }]);
    const second = start(`-id=${id}`);
    expect(await second.line('registered')).toContain(id);
    expect(await first.line('error')).toBe('Framework failed over');
    expect(await first.line('end')).toBe('DRIVER_ABORTED');
    second.say('kill');
    await second.line('update from-go TASK_KILLED');
    await eventually(
      'the last acknowledgement',
      async () => (await frameworks())[0]?.completed_tasks.length === 1,
    );
    second.say('stop');
    expect(await second.line('end')).toBe('DRIVER_STOPPED');
    await eventually('the end of the framework', async () => (await frameworks()).length === 0);
  });
});
