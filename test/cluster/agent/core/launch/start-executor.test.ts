import { AgentScript } from '../../interpreter';

test('a group starts one executor, whose container has the resources of all of its tasks', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered');
  expect(script.play('runGroup web e a b')).toEqual(['launch e default cpus:2.5; mem:320']);
});

test('an executor that came in time is not destroyed', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t', 'subscribe web t');
  expect(script.play('advance 60')).toEqual([]);
});
