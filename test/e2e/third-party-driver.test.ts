import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually';
import { buildGo } from './go-program';
import { LineProgram } from './line-program';
import { OneMachine } from './one-machine';

const built = buildGo('.');
const { folder, binary } = built ?? { folder: '', binary: '' };
const whenBuilt = built ? describe : describe.skip;

whenBuilt("a scheduler built with mesos-go's v0 driver", () => {
  const machine = new OneMachine();
  const drivers: LineProgram[] = [];
  let place = '';

  const start = (...args: string[]): LineProgram => {
    const secret = join(folder, 'secret');
    const own = ['-logtostderr', `-master=${place}`, '-principal=ann', `-secret=${secret}`];
    const driver = new LineProgram(binary, [...own, ...args]);
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
