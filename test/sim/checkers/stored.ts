/**
 * What is stored equals what is known: a Marathon started from the disk now would know the same apps and instances.
 */

import { marathonMachine } from '../../../frameworks/marathon/core/step';
import type { World } from '../world';

export function checkStored(world: World): void {
  const live = world.marathon.state;
  const again = marathonMachine.init(world.marathon.boot());
  expect([...again.apps.keys()].sort()).toEqual([...live.apps.keys()].sort());
  const facts = (state: typeof live) =>
    [...state.instances.values()]
      .map(({ id, goal, incarnation, task }) => [id, goal, incarnation, task?.id])
      .sort();
  expect(facts(again)).toEqual(facts(live));
  expect(again.session.frameworkId).toBe(live.session.frameworkId);
}
