import { statePage } from '../../../../../cluster/agent/edge/http/state-page';
import { snapshot } from '../../../../../cluster/agent/edge/metrics';
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

  it('leaves out what it does not know', () => {
    const idle = read(play());
    expect(idle).toMatchObject({ unreserved_resources_allocated: { cpus: 0, mem: 0 } });
    expect(Object.keys(idle)).not.toContain('log_dir');
  });
});

describe("an agent's numbers", () => {
  it('have the names that exporters ask every agent for', () => {
    const all = play().read((state) => snapshot(state, 1000));
    for (const name of ['gc/path_removals_failed', 'containerizer/fetcher/task_fetches_failed'])
      expect([name, all[name]]).toEqual([name, 0]);
  });
});
