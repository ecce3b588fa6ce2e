/**
 * What leaves is stored: when a launch goes out, a Marathon that started from the disk now would know its task.
 */

import type { Call } from '../../../cluster/api/generated/scheduler';
import type { Disk } from '../network';

export function checkLaunchStored({ accept }: Call, disk: Disk): void {
  const launched = (accept?.operations ?? []).flatMap(({ launch }) => launch?.task_infos ?? []);
  for (const { task_id } of launched) {
    const [instanceId] = task_id.value.split('._app.');
    const [stored] = disk.read(`marathon/instance/${instanceId}`);
    if (!stored?.value.toString().includes(task_id.value))
      throw new Error(`the launch of ${task_id.value} goes out before it is stored`);
  }
}
