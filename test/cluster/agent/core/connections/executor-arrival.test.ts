import { wantedExecutor } from '../../../../../cluster/agent/core/connections/executor-arrival';
import { AgentScript } from '../../interpreter';

function running(...lines: readonly string[]): AgentScript {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t1 executor=e', 'subscribe web e', ...lines);
  return script;
}

test.each([
  ['', true],
  ['shutdownExecutor web e', false],
  ['shutdownFramework web', false],
  ['stop', false],
])('after "%s" the executor is wanted: %s', (line, isWanted) => {
  const script = running(...(line === '' ? [] : [line]));
  expect(script.read((state) => wantedExecutor(state, 'web', 'e') !== undefined)).toBe(isWanted);
});

test('a task that never reached its executor is dropped, unless an update tells of it', () => {
  const script = running('run web t2 executor=e', 'updated e', 'closed e');
  const out = script.play('subscribe web e tasks=t1');
  expect(out[0]).toContain(
    't2 TASK_LOST latest=TASK_LOST REASON_AGENT_RESTARTED Task launched during agent restart',
  );
  expect(out.slice(1)).toEqual(['event executor-e: SUBSCRIBED', 'update e cpus:1.5; mem:192']);
});

test('an executor of which nothing is left to do is shut down without a greeting', () => {
  const script = running('closed e');
  const out = script.play('subscribe web e').filter((line) => line.startsWith('event'));
  expect(out).toEqual(['event executor-e: SHUTDOWN']);
});
