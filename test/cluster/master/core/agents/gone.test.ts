import { MasterScript } from '../../interpreter';

const BASE = ['start', 'agent a', 'framework web caps=PARTITION_AWARE', 'advance 1', 'accept web O0 t1'];

test.each([
  ['registered', [], ['send slave(1)@a:5051: Shutdown', 'TASK_GONE_BY_OPERATOR']],
  ['unreachable', ['dead a', 'advance 90'], ['TASK_GONE_BY_OPERATOR']],
])('an agent that was %s is gone for good, with its tasks', (_name, before, parts) => {
  const script = new MasterScript();
  script.play(...BASE, ...before);
  const out = script.play('markGone M-S0').join('\n');
  for (const part of parts) expect(out).toContain(part);
  const { registry, unreachableByAgent } = script.state;
  expect([registry.gone.has('M-S0'), registry.unreachable.has('M-S0'), unreachableByAgent.size]).toEqual([
    true,
    false,
    0,
  ]);
  expect(script.play('reagent a M-S0').join()).toContain('Shutdown');
});

test('a master that has not heard of the agent yet waits for it no longer', () => {
  const script = new MasterScript();
  script.play(...BASE, 'restart', 'markGone M-S0');
  expect(script.state.recovered.size).toBe(0);
});
