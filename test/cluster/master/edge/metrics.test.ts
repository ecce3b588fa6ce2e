import { getAgents } from '../../../../cluster/master/core/views/operator';
import { snapshot } from '../../../../cluster/master/edge/metrics';
import { printResources, readResources } from '../../../../cluster/model/resources';
import { MasterScript } from '../interpreter';

function play(...lines: string[]): MasterScript {
  const script = new MasterScript();
  for (const line of ['start', 'agent a cpus=4 mem=4096', 'framework web', 'advance 1', ...lines]) {
    script.interpret(line.split(' '), line);
  }
  return script;
}

describe('the numbers of a master', () => {
  it('count what is offered as offered, not as used', () => {
    const { state } = play();
    const all = snapshot(state, 1000);
    expect(all['master/cpus_total']).toBe(4);
    expect(all['master/cpus_used']).toBe(0);
    expect(all['allocator/mesos/resources/cpus/offered_or_allocated']).toBe(4);
    const [agent] = getAgents(state).agents ?? [];
    expect(printResources(readResources(agent?.allocated_resources))).toBe('');
    expect(printResources(readResources(agent?.offered_resources))).toBe('cpus:4; mem:4096');
  });

  it('count what tasks use as used', () => {
    const { state } = play('accept web O0 t1 cpus=1 mem=128 refuse=100');
    const all = snapshot(state, 1000);
    expect(all['master/cpus_used']).toBe(1);
    expect(all['master/cpus_percent']).toBe(0.25);
    expect(all['master/mem_used']).toBe(128);
    expect(all['master/cpus_revocable_total']).toBe(0);
    const [agent] = getAgents(state).agents ?? [];
    expect(printResources(readResources(agent?.allocated_resources))).toBe('cpus:1; mem:128');
  });
});
