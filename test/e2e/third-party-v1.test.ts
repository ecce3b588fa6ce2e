import { rmSync } from 'node:fs';
import { eventually } from './eventually';
import { buildGo } from './go-program';
import { LineProgram } from './line-program';
import { OneMachine } from './one-machine';

const built = buildGo('./v1');
const { folder, binary } = built ?? { folder: '', binary: '' };
const whenBuilt = built ? describe : describe.skip;

whenBuilt.each(['protobuf', 'json'])("clients built with mesos-go's v1 library, in %s", (codec) => {
  const machine = new OneMachine();
  const programs: LineProgram[] = [];
  let place = '';

  const start = (...args: string[]): LineProgram => {
    const program = new LineProgram(binary, [`-master=${place}`, `-codec=${codec}`, ...args]);
    programs.push(program);
    return program;
  };

  beforeAll(async () => {
    place = `127.0.0.1:${(await machine.startMaster([])).http.port}`;
    await machine.startAgent('one', ['--resources=cpus:2;mem:512;disk:1000']);
  });

  afterAll(async () => {
    for (const program of programs) program.end();
    await machine.stop();
  });

  const state = async () =>
    (await (await fetch(`http://${place}/state`)).json()) as {
      frameworks: { name: string; principal: string; labels: { value: string }[] }[];
      slaves: { reserved_resources: Record<string, { cpus: number }> }[];
    };

  it('reserve and launch, ask, are taken over, kill and end; an operator hears of it', async () => {
    const watcher = start('-mode=watch');
    await watcher.line('event SUBSCRIBED');
    const first = start();
    const [id = ''] = (await first.line('subscribed')).split(' ');
    await first.line('update from-go TASK_RUNNING');
    const { frameworks, slaves } = await state();
    expect(frameworks).toMatchObject([{ name: 'mesos-go-v1', principal: 'ann', labels: [{ value: codec }] }]);
    expect(slaves[0]?.reserved_resources).toMatchObject({ go: { cpus: 0.5, mem: 32 } });
    for (const word of ['reconcile', 'suppress', 'revive']) first.say(word);
    await first.line('reconciled from-go TASK_RUNNING');
    await first.line('reconciled nobody TASK_UNKNOWN');
    await first.line('done revive');
    const second = start(`-id=${id}`);
    expect(await second.line('subscribed')).toContain(id);
    expect(await first.line('error')).toBe('Framework failed over');
    await first.line('end');
    second.say('kill');
    await second.line('update from-go TASK_KILLED');
    second.say('stop');
    await second.line('end');
    await eventually('the end of the framework', async () => (await state()).frameworks.length === 0);
    for (const type of ['FRAMEWORK_ADDED', 'TASK_ADDED', 'TASK_UPDATED TASK_KILLED', 'FRAMEWORK_REMOVED'])
      await watcher.line(`event ${type}`);
    expect([...first.lines, ...second.lines].filter((line) => line.startsWith('refused'))).toEqual([]);
  });

  it('ask everything an operator can ask, and reserve, make volumes, weigh and deactivate', async () => {
    const operator = start('-mode=operator');
    await operator.line('end');
    expect(operator.lines.filter((line) => line.startsWith('failed'))).toEqual([]);
    expect(operator.lines.filter((line) => line.startsWith('answer'))).toHaveLength(17);
    expect(operator.lines.filter((line) => line.startsWith('told'))).toHaveLength(7);
  });
});

afterAll(() => {
  if (built) rmSync(folder, { recursive: true, force: true });
});
