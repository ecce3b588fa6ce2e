import {
  isDown,
  machineIdOf,
  scheduledMachine,
  unavailabilityOf,
} from '../../../../../cluster/master/core/maintenance/agents';
import { machineKey } from '../../../../../cluster/master/core/registry/machines';
import { MasterScript } from '../../interpreter';

test('the machine of an agent is its host name and the address of its pid, IPv6 too', () => {
  expect(machineIdOf('a', 'slave(1)@10.0.0.2:5051')).toEqual({ hostname: 'a', ip: '10.0.0.2' });
  expect(machineIdOf('a', 'slave(1)@::1:5051')).toEqual({ hostname: 'a', ip: '::1' });
});

test('an agent has the unavailability of its machine, and is down with it', () => {
  const { state, play } = startedMaster();
  play('agent a');
  const [agent] = state.agents.values();
  if (!agent) throw new Error('no agent');
  expect([
    unavailabilityOf(state, agent),
    scheduledMachine(state, agent),
    isDown(state, 'a', agent.pid),
  ]).toEqual([undefined, undefined, false]);
  const id = machineIdOf(agent.info.hostname, agent.pid);
  const unavailability = { start: { nanoseconds: 5n } };
  state.registry.machines.set(machineKey(id), { id, mode: 'DRAINING', unavailability });
  expect([unavailabilityOf(state, agent), scheduledMachine(state, agent)]).toEqual([
    unavailability,
    `${id.hostname} (${id.ip})`,
  ]);
  expect(isDown(state, agent.info.hostname, agent.pid)).toBe(false);
  state.registry.machines.set(machineKey(id), { id, mode: 'DOWN', unavailability });
  expect(isDown(state, agent.info.hostname, agent.pid)).toBe(true);
  expect(isDown(state, agent.info.hostname, 'slave(1)@10.9.9.9:5051')).toBe(false);
});

function startedMaster() {
  const script = new MasterScript();
  script.play('start');
  return { state: script.state, play: (line: string) => script.play(line) };
}
