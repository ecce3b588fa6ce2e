/** Marathon as a process of its own, one of several that share their state in ZooKeeper. */

import { freePort } from '../../bench/free-port';
import { FrameworkProcess } from './framework-process';
import { start } from './meseta';

export class MarathonProcess extends FrameworkProcess {
  /** Does not wait until it answers. The master is named as host:port. */
  static async start(master: string, flags: readonly string[]): Promise<MarathonProcess> {
    const port = await freePort();
    const child = start([
      ...['marathon', `--master=${master}`, `--http_port=${port}`, '--hostname=127.0.0.1', ...flags],
    ]);
    return new MarathonProcess(port, child);
  }

  leader(): Promise<number | undefined> {
    return this.leaderAt('/v2/leader');
  }

  /** The tasks of an app that run. */
  async running(app: string): Promise<string[]> {
    const { tasks } = JSON.parse((await this.ask('GET', `/v2/apps/${app}/tasks`)).text) as {
      tasks: readonly { readonly id: string; readonly state: string }[];
    };
    return tasks
      .filter(({ state }) => state === 'TASK_RUNNING')
      .map(({ id }) => id)
      .sort();
  }
}
