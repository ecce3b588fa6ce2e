import { MasterScript } from '../../interpreter';

const BASE = ['start', 'agent a', 'framework web caps=PARTITION_AWARE', 'advance 1', 'accept web O0 t1'];

describe('an agent that was marked unreachable', () => {
  it('is gone from the state, and its tasks are unreachable until it comes back', () => {
    const script = new MasterScript();
    script.play(...BASE, 'dead a');
    const out = script.play('advance 90');
    expect(out.some((line) => line.includes('TASK_UNREACHABLE'))).toBe(true);
    expect(script.state.agents.size).toBe(0);
    const [framework] = script.state.frameworks.values();
    expect([...(framework?.unreachableTasks.keys() ?? [])]).toEqual(['t1']);
    expect(script.state.counters.get('master/slave_removals/reason_unhealthy')).toBe(1);
  });

  it('is told to every framework, also to those without tasks on it', () => {
    const script = new MasterScript();
    script.play(...BASE, 'framework db', 'dead a');
    const failures = script.play('advance 90').filter((line) => line.includes('FAILURE M-S0'));
    expect(failures.map((line) => line.split(':')[0])).toEqual(['event web', 'event db']);
  });
});
