/** The sandboxes of an agent with one framework, by its work folder. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The last sandbox of an executor; for a task of a command that is the id of the task. */
export function sandboxOf(workDir: string, executorId: string): string {
  const agents = join(workDir, 'slaves');
  const frameworks = join(agents, onlyEntry(agents), 'frameworks');
  const executors = join(frameworks, onlyEntry(frameworks), 'executors');
  return join(executors, executorId, 'runs', 'latest');
}

/** The name of the only entry of a folder. */
export function onlyEntry(folder: string): string {
  const [name = ''] = readdirSync(folder).filter((entry) => entry !== 'latest');
  return name;
}
