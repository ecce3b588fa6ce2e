import type { AgentSettings } from '../../../../../cluster/agent/core/state/events';
import { AGENT_BOOT, AgentScript } from '../../interpreter';

const PID = 'executor(1)@10.0.0.2:40000';

function registering(): AgentScript {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t executor=e');
  return script;
}

test.each([
  ['of an unknown framework', 'register nobody e'],
  ['that is unknown', 'register web nobody'],
  ['that is there already', 'register web e'],
])('an executor %s is sent away', (_name, line) => {
  const script = registering();
  script.play(`register web e ${PID}`);
  expect(script.play(`${line} executor(1)@10.0.0.9:1`)).toContain(
    'tell executor(1)@10.0.0.9:1: ShutdownExecutor',
  );
});

test('an executor that registers again brings what the agent has not acknowledged', () => {
  const script = registering();
  expect(script.play(`reregister web e ${PID} tasks=t`)).toEqual([
    `link ${PID}`,
    `tell ${PID}: ExecutorReregistered`,
    `tell ${PID}: RunTask t`,
  ]);
  expect(script.play(`reregister web e ${PID}`)).toContain(`tell ${PID}: ShutdownExecutor`);
});

test('messages count for the executor that is bound to their sender, and for no other', () => {
  const script = registering();
  script.play(`register web e ${PID}`);
  expect(script.play(`driverMessage web other ${PID}`)).toEqual([]);
  expect(script.play(`driverMessage web e ${PID}`)).toEqual(['send master@m:5050: ExecutorToFramework']);
  script.play('exit e');
  expect(script.play(`driverUpdate web t TASK_RUNNING ${PID}`)).toHaveLength(1);
});

/** An agent that was started again while an executor on a driver ran. */
function restarted(settings: Partial<AgentSettings> = {}) {
  const script = new AgentScript({ ...AGENT_BOOT, settings: { ...AGENT_BOOT.settings, ...settings } });
  script.play('detected', 'advance 1', 'registered', 'run web t executor=e checkpoint=1');
  script.play(`register web e ${PID}`, `driverUpdate web t TASK_RUNNING ${PID}`);
  return { script, out: script.play('crash') };
}

test('executors that outlived the agent are asked to register again, and go on', () => {
  const { script, out } = restarted();
  expect(out).toEqual(['recover [e]', `link ${PID}`, `tell ${PID}: ReconnectExecutor`]);
  const back = script.play(`reregister web e ${PID}`);
  expect(back).toContain(`tell ${PID}: ExecutorReregistered`);
  expect(script.play('show')[0]).toBe('web e running [t/TASK_RUNNING]');
});

test('an executor that comes from another address than before is sent away', () => {
  const { script } = restarted();
  expect(script.play('reregister web e executor(1)@10.0.0.9:1')).toContain(
    'tell executor(1)@10.0.0.9:1: ShutdownExecutor',
  );
  expect(script.play('register web e executor(1)@10.0.0.9:1')).toContain(
    'tell executor(1)@10.0.0.9:1: ShutdownExecutor',
  );
});

test('they are asked again where that is configured, and a second answer is ignored', () => {
  const { script } = restarted({ executorReregistrationRetryMs: 500 });
  expect(script.play('advance 0.5')).toContain(`tell ${PID}: ReconnectExecutor`);
  script.play(`reregister web e ${PID}`);
  expect(script.play('advance 0.5', `reregister web e ${PID}`).join()).not.toContain('tell');
});
