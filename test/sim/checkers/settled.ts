/**
 * When the faults are over, everything ends up as it was wished: the wanted number of tasks, each running once, known to all.
 */

import type { World } from '../world';

/** Whether the cluster is as wished. */
export function isSettled(world: World, wanted: Readonly<Record<string, number>>): boolean {
  return unsettled(world, wanted).length === 0;
}

/** What is not yet as wished, for the message of a failure. */
export function unsettled(world: World, wanted: Readonly<Record<string, number>>): string[] {
  const problems: string[] = [];
  if (!world.marathon.isUp || !world.master.isLeading) return ['a process is down'];
  const state = world.marathon.state;
  const processes = world.processes().sort();
  const instances = [...state.instances.values()];
  for (const [app, count] of Object.entries(wanted)) {
    const running = instances.filter(({ appId, condition }) => appId === app && condition === 'Running');
    if (running.length !== count) problems.push(`${app}: ${running.length} running of ${count}`);
  }
  const known = instances
    .flatMap(({ task, condition }) => (task && condition === 'Running' ? [task.id] : []))
    .sort();
  if (processes.join() !== known.join()) problems.push(`processes [${processes}], Marathon knows [${known}]`);
  const master = [...(world.master.mailbox?.state.frameworks.values() ?? [])]
    .flatMap(({ tasks }) => [...tasks.keys()])
    .sort();
  if (master.join() !== known.join()) problems.push(`the master knows [${master}], Marathon [${known}]`);
  const owed = world.agents.flatMap(({ isUp, mailbox }) =>
    isUp ? [...(mailbox?.state.streams.values() ?? [])].flatMap(({ pending }) => pending) : [],
  );
  if (owed.length > 0) problems.push(`updates not acknowledged: ${owed.length}`);
  if (state.deployments.size > 0) problems.push(`${state.deployments.size} deployments still run`);
  return problems;
}
