import { snapshot } from '../../../../../cluster/agent/edge/http/metrics';
import { statePage } from '../../../../../cluster/agent/edge/http/state-page';
import { AgentScript } from '../../interpreter';

function play(...lines: string[]): AgentScript {
  const script = new AgentScript();
  for (const line of ['detected', 'advance 0', 'registered S0', ...lines])
    script.interpret(line.split(' '), line);
  return script;
}

describe("an agent's state", () => {
  const read = (script: AgentScript, flags?: Record<string, string>) =>
    JSON.parse(script.read((state) => statePage(state, flags))) as Record<string, unknown>;

  it('says what its tasks have, which master it has and where its log is: the web UI and monitors ask', () => {
    const script = play('run web t1', 'subscribe web t1', 'update web t1 TASK_RUNNING');
    expect(read(script, { log_dir: '/var/log' })).toMatchObject({
      unreserved_resources_allocated: { cpus: 1.1, mem: 160 },
      reserved_resources_allocated: {},
      resource_providers: [],
      master_hostname: 'm',
      log_dir: '/var/log',
    });
  });

  it('names the executor of a queued task that brings one, and of no other', () => {
    const script = play('run web t1 executor=e1', 'run web t2');
    const { frameworks } = read(script) as { frameworks: { executors: { queued_tasks: object[] }[] }[] };
    const [queued, other] = (frameworks[0]?.executors ?? []).map(({ queued_tasks }) => queued_tasks[0]);
    expect(queued).toMatchObject({ id: 't1', executor_id: 'e1' });
    expect(Object.keys(other ?? {})).not.toContain('executor_id');
  });

  it('tells of a drain while it lasts', () => {
    const running = [
      'run web t1',
      'subscribe web t1',
      'update web t1 TASK_RUNNING',
      'advance 5',
      'drain gone',
    ];
    expect(read(play(...running))).toMatchObject({
      drain_config: { mark_gone: true },
      estimated_drain_start_time_seconds: 5,
    });
    expect(Object.keys(read(play()))).not.toContain('drain_config');
  });

  it('keeps what ended: the executor of a task, and the framework that had no other', () => {
    const script = play(
      'run web t1',
      'subscribe web t1',
      'update web t1 TASK_FINISHED',
      'acknowledge web t1',
    );
    expect(read(script)).toMatchObject({
      frameworks: [{ executors: [{ id: 't1', tasks: [], completed_tasks: [{ id: 't1' }] }] }],
    });
    for (const line of ['exit t1', 'run web t2']) script.interpret(line.split(' '), line);
    expect(read(script)).toMatchObject({
      frameworks: [{ executors: [{ id: 't2' }], completed_executors: [{ id: 't1' }] }],
      completed_frameworks: [],
    });
    script.interpret(['shutdownFramework', 'web'], '');
    script.interpret(['exit', 't2'], '');
    expect(read(script)).toMatchObject({
      frameworks: [],
      completed_frameworks: [{ id: 'web', completed_executors: [{ id: 't1' }, { id: 't2' }] }],
    });
  });

  it('forgets the oldest ended executors above the flag for them, and the oldest ended frameworks above 50', () => {
    const ended = (framework: string, task: string): string[] => [
      `run ${framework} ${task}`,
      `subscribe ${framework} ${task}`,
      `update ${framework} ${task} TASK_FINISHED`,
      `acknowledge ${framework} ${task}`,
      `exit ${task}`,
    ];
    const many = Array.from({ length: 51 }, (_none, index) => ended(`f${index}`, `of-${index}`)).flat();
    const script = play(...ended('web', 'a'), ...ended('web', 'b'), ...ended('web', 'c'));
    const [web] = (read(script) as unknown as { completed_frameworks: { completed_executors: object[] }[] })
      .completed_frameworks;
    expect(web?.completed_executors).toMatchObject([{ id: 'b' }, { id: 'c' }]);
    for (const line of many) script.interpret(line.split(' '), line);
    const { completed_frameworks: all } = read(script) as unknown as {
      completed_frameworks: { id: string }[];
    };
    expect([all.length, all[0]?.id, all.at(-1)?.id]).toEqual([50, 'f1', 'f50']);
  });

  it('has the end of a task whose executor never came', () => {
    const script = play('run web t1', 'fail t1');
    expect(read(script)).toMatchObject({
      frameworks: [
        {
          executors: [
            { completed_tasks: [{ id: 't1', state: 'TASK_FAILED', statuses: [{ state: 'TASK_FAILED' }] }] },
          ],
        },
      ],
    });
    script.interpret(['acknowledge', 'web', 't1'], '');
    expect(read(script)).toMatchObject({ frameworks: [], completed_frameworks: [{ id: 'web' }] });
  });

  it('leaves out what it does not know', () => {
    const idle = read(play());
    expect(idle).toMatchObject({ unreserved_resources_allocated: { cpus: 0, mem: 0 } });
    expect(Object.keys(idle)).not.toContain('log_dir');
  });
});

describe("an agent's numbers", () => {
  it('have the names that exporters ask every agent for', () => {
    const all = play().read((state) => snapshot(state, 1000));
    for (const name of ['gc/path_removals_failed', 'containerizer/mesos/container_destroy_errors'])
      expect([name, all[name]]).toEqual([name, 0]);
  });
});
